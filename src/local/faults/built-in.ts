/** The scenarios that come with belt, in the format of a user's. */
export const BUILT_IN: Record<string, string> = {
  "rate-limited": `
# The first two submits are turned away; what waits as it is told gets through.
steps:
  - on: submit
    times: 2
    do: {status: 429, retry_after: 1}
`,
  "lost-answer": `
# The first submit is taken on, and its answer is lost. To submit again would pay twice.
steps:
  - on: submit
    do: {answer: drop}
expect:
  submits: 1
`,
  "dropped-stream": `
# The stream breaks after its first line, twice.
steps:
  - on: stream
    times: 2
    do: {after_lines: 1, cut: reset}
`,
  "slow-queue": `
# Every task waits in the queue for three seconds.
steps:
  - on: task
    times: always
    do: {phase: queued, hold: 3s}
`,
  "worker-crash": `
# The worker of the first task dies while it runs.
steps:
  - on: task
    do: {worker: kill}
`,
  "expired-session": `
# The first call in a session that is open finds it expired.
steps:
  - on: session.call
    do: {problem: {status: 410, code: SESSION_EXPIRED, detail: "the session expired"}}
`,
  "no-credit": `
# There is no credit for any run.
steps:
  - on: submit
    times: always
    do: {problem: {status: 402, code: payment_required, detail: "there is no credit left"}}
`,
  "flaky-upload": `
# The first upload breaks on its way.
steps:
  - on: put
    do: {after_bytes: 64KiB, cut: reset}
`,
};
