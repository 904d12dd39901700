#!/bin/sh
# A stateful session from its opening to its expiry, and started over with `session exec`.
# Needs `belt` on the PATH and a running `belt dev`. Prints what each step gave.
set -u
export BELT_LOCAL=1

session=$(belt run infsh/counter --session new --session-timeout 2 --field session_id -q)
belt run infsh/counter --session "$session" -q >/dev/null
echo "count: $(belt run infsh/counter --session "$session" --field output.count -q)"
echo "session: $(belt session get @last --field status -q)"

# Nobody calls, and two seconds later it is gone.
sleep 2.5
belt run infsh/counter --session "$session" -q
echo "exit: $?"

# Here the session stays alive for as long as the command runs, and ends with it.
# shellcheck disable=SC2016 # the command's own variable
belt session exec infsh/counter --session-timeout 1 --function reset -q -- sh -c '
  sleep 1.5
  belt run infsh/counter --session "$BELT_SESSION" -q >/dev/null
  echo "count: $(belt run infsh/counter --session "$BELT_SESSION" --field output.count -q)"
  exit 7'
echo "exit: $?"
echo "sessions left: $(belt session list --json)"
