/**
 * Settings that act reads from the environment as it is loaded, so this is imported before it. By default its store in memory waits for
 * 100 ms in each of its calls, in place of a database; with 0 it still waits for a timer, which takes a millisecond. Its logger would
 * write several lines for each cycle. (It also reads name and version from the package.json of the working folder.)
 */
process.env["SLEEP_MS"] = "0";
process.env["LOG_LEVEL"] = "fatal";
process.env["NODE_ENV"] = "production";
