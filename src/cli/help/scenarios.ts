/** `belt help scenarios`. */
export const SCENARIOS = `A scenario is a script of faults for the local server: belt dev, belt dev exec and belt run --local take one with --scenario, a file or one of these names:

  rate-limited     the first two submits are 429, with Retry-After
  lost-answer      the first submit is taken on, and its answer is lost
  dropped-stream   the stream breaks after its first line, twice
  slow-queue       every task waits in the queue for three seconds
  worker-crash     the worker of the first task dies while it runs
  expired-session  the first call in an open session finds it expired
  no-credit        every submit is 402
  flaky-upload     the first upload breaks on its way

A file is YAML:

    steps:                   # the first that matches and is not spent acts
      - on: submit           # what it acts on
        match:               # nth is counted of those that the rest matches
          {app: infsh/flux, function: run, input: {prompt: fog}, nth: 3}
        times: 2             # 1 unless told; or always
        do: {status: 429, retry_after: 2}
    expect:                  # belt dev exec checks it at the end; exit 1
      submits: 1             # that came, refused ones, too
      tasks: {completed: 1}  # also failed, cancelled, running
      cancels: 0
      max_concurrent: 4      # tasks that have not ended, at most

on is a request (submit status get stream logs cancel upload put download session.new session.call session.keepalive session.end estimate agent, or any), a webhook, or a task. All of match is optional.

do, for every request and for a webhook:

    {status: 503, retry_after: 2}  # an error of the API
    {problem: {status: 402, code: no_credit, detail: Empty.}}  # in your words
    {answer: drop}           # the work is done, the answer never comes
    {answer: reset}          # the connection is reset before anything is done

do, for a stream, of a task or a chat, and for agent:

    {after_lines: 3, cut: reset}  # or fin, stall 60s, garbage, half-line

do, for put and download:

    {after_bytes: 1MiB, cut: reset}  # or fin, stall 60s

do, for a task:

    {phase: queued, hold: 30s}  # or dispatched, preparing, setting_up, running
    {phase: running, fail: "CUDA out of memory"}  # or uploading; after a hold
    {worker: kill}           # in phase running unless told

A stream that is cut never shows its last line; a smaller file is cut at its end. An answer that a fault made has the header X-Belt-Fault. At the end each step tells how often it acted; one that never did fails belt dev exec. Sessions expire with --session-timeout 1.`;
