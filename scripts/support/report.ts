/** How every check ends: one line when all is well, else the problems on stderr and exit code 1. */
export const report = (name: string, problems: ReadonlyArray<string>, checked: string): void => {
  if (problems.length === 0) {
    console.log(`${name}: ${checked}`);
    return;
  }
  for (const problem of problems) console.error(`${name}: ${problem}`);
  console.error(`${name}: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`);
  process.exitCode = 1;
};
