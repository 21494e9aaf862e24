import type { Redis } from "ioredis";

/** The time that the server has worked so far. */
export const serverMicroseconds = async (admin: Redis): Promise<number> => {
  const text = await admin.info("cpu");
  return ["used_cpu_user", "used_cpu_sys"].reduce(
    (sum, name) => sum + Number(new RegExp(`${name}:(\\S+)`).exec(text)?.[1]) * 1_000_000,
    0,
  );
};
