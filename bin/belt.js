#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { main, processHost } from "../dist/cli/main.js";

process.exitCode = await main(processHost(fileURLToPath(new URL("..", import.meta.url))));
