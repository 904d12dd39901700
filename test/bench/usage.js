// Preloaded into what is measured: tells the processor time and memory of the whole process at its end.
import { appendFileSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const ms = (userCPUTime + systemCPUTime) / 1000;
  appendFileSync(process.env.BENCH_USAGE, `${JSON.stringify({ ms, megabytes: maxRSS / 1024 })}\n`);
});
