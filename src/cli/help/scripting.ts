/** `belt help scripting`: what a script wants to do, and how it is written. */
export function scriptingTopic(): string {
  return `Try everything with --local first: no account, no cost, the same documents and exit codes.

See what an app takes, and start from a sample:
    belt app get infsh/flux --local
    belt app sample infsh/flux --local --save params.json
    belt run infsh/flux --local --input @params.json --input seed=7

Save what comes out, and use one field of it:
    belt run infsh/flux --local --input prompt=fog --save out/ -q
    belt run infsh/flux --local --input prompt=fog --field output.image.uri |
      belt run infsh/echo --local --input text@=-

Submit now, wait later (with --local this needs a running belt dev):
    a=$(belt run infsh/flux --input prompt=fog --no-wait -q)
    b=$(belt run infsh/flux --input prompt=sea --no-wait -q)
    belt task wait "$a" "$b" --timeout 10m

Cancel all that has not ended; xargs -r runs nothing where there is nothing, which - takes for a mistake:
    belt task list --status active -q | xargs -r belt task cancel --wait

Keep an app's state from call to call; the session is kept alive, and ended whatever happens:
    belt session exec infsh/counter --local -- \\
      sh -c 'belt run infsh/counter --session "$BELT_SESSION"'

The same by hand (with --local this needs a running belt dev):
    s=$(belt run infsh/counter --session new --field session_id)
    belt run infsh/counter --session "$s" -q
    belt session end "$s"

What opens the session is a call, too; the input of that first one stands before --:
    belt session exec my-team/chat --input text=hello -- \\
      sh -c 'belt run my-team/chat --session "$BELT_SESSION" --input text=more'

Send a file, or its text; what looks like a secret is refused:
    belt run my-team/upscale --input image=@photo.jpg
    belt run my-team/summary --input text@=notes.txt

Tell what went wrong:
    belt run infsh/flux --input prompt=fog --json >task.json 2>log.ndjson
    case $? in
      0) ;;
      3) jq -r .error task.json ;;
      6) echo "nothing was started: try again" ;;
      11) belt task list ;;
    esac

A key comes from INFSH_API_KEY, or from a profile, never from an argument:
    belt login --profile ci < key-file
    belt doctor --profile ci -q

A run that failed may have printed a part of its output: set -o pipefail tells of it in a pipe. In a pipe nothing is asked, cut or colored. --no-prompt asks nothing on a terminal, either. --timeout bounds a wait, --request-timeout one exchange. A run that was submitted is in the journal: belt task list --journal.`;
}
