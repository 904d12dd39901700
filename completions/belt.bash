# bash completion for belt; made by `belt completion bash`.

# What may follow a command; the options that all take stand under --.
_belt_table() {
  case $1 in
    '--') REPLY='o|--version||print the version
o|-V||print the version
o|--profile|profile|profile to use (env BELT_PROFILE)
o|--api-url|text|base URL of the API (env BELT_API_URL)
o|--local||use the local server: a running `belt dev`, else one inside this command (env BELT_LOCAL=1)
o|--json||machine output: one JSON document on stdout
o|--field|text|print a field of the result, such as output.image.uri, or several, set apart by commas (repeatable)
o|--quiet||print the bare result only
o|-q||print the bare result only
o|--no-prompt||never ask
o|--verbose||trace requests on stderr, never with the key
o|-v||trace requests on stderr, never with the key
o|--color|one:auto,always,never|color the output
o|--request-timeout|text|bound on one HTTP exchange (default 30s)
o|--help||show help
o|-h||show help' ;;
    '') REPLY='c|run||submit a run, follow it, print its output
c|batch||run an app once for each row of a file
c|rerun||repeat a run exactly
c|task||follow and stop runs
c|agent||talk to agents
c|chat||look at chats, and stop them
c|session||manage sessions
c|app||find apps, and make new ones
c|file||upload files
c|dev||serve the API on this machine, with your apps
c|login||store an API key in a profile
c|logout||forget the key of a profile
c|profile||manage API keys
c|balance||show the credit of the account
c|usage||show what was spent
c|api||send one request to the API
c|doctor||say what is in force, and whether the API answers
c|completion||print a completion script
c|help||show help: of a command, or about a topic' ;;
    'run') REPLY='o|--help-app||show the app and its inputs, run nothing
o|--input|input|key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|-i|input|key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|--setup|spec|setup parameters, written like --input (repeatable)
o|--allow-sensitive||upload files that look like secrets, too
o|--function|text|entry point of the app, if not its default
o|--infra|one:cloud,private,private_first|where to run it
o|--worker|text|run on this worker (repeatable)
o|--variant|text|variant of the app
o|--webhook|text|URL that gets a POST when the task ends
o|--session|session-or-new|open a session, or go on with one; with --local, while belt dev runs
o|--session-timeout|text|idle seconds until a new session expires, 1 to 3600
o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)
o|--allow-unknown-cost||with a cap, start also what has a cost that is not known
o|--no-wait||print the task and return; with --local, while belt dev runs
o|--timeout|text|stop waiting after this long; the task goes on; exit 8
o|--on-interrupt|one:cancel,detach|what Ctrl-C does to the task
o|--save|dirs|download every file of the output into this folder; nothing is overwritten
o|--receipt||with --save: also write what `belt rerun` needs to run exactly this again
o|--preview|one:auto,never|show images on a terminal
o|--events|files|also write the task'\''s events there, as NDJSON
o|--dry-run||print the request that would be sent, the files that would be uploaded and the estimate, start nothing
o|--scenario|files|script of faults for the local server: a file, or a name of belt help scenarios
o|--help||show help
o|-h||show help
a|app|app|namespace/name, or namespace/name@version' ;;
    'batch') REPLY='o|--input|input|what all rows share, written as for run (repeatable)
o|-i|input|what all rows share, written as for run (repeatable)
o|--vary|text|run each row with each: key=a,b,c or key=1..20 (repeatable)
o|--upload|text|the rows name files under this key: upload them (repeatable)
o|--setup|spec|setup parameters, written like --input (repeatable)
o|--allow-sensitive||upload files that look like secrets, too
o|--function|text|entry point of the app, if not its default
o|--infra|one:cloud,private,private_first|where to run it
o|--worker|text|run on this worker (repeatable)
o|--variant|text|variant of the app
o|--out|files|results, one NDJSON line a row (default: rows.results.ndjson for rows.jsonl)
o|--jobs|text|most tasks unfinished at once (default: 32)
o|-j|text|most tasks unfinished at once (default: 32)
o|--retries|text|tries again of what was throttled (default: 3)
o|--max-failures|text|stop after so many rows in a row that failed, or could not be saved (default: 10)
o|--again|one:failed,in-doubt,all|also run rows again that ended
o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)
o|--allow-unknown-cost||under a cap, run what has a cost that is not known, too
o|--timeout|text|stop after this long; tasks go on; exit 8
o|--on-interrupt|one:cancel,detach|what Ctrl-C does to running tasks
o|--save|dirs|download every file of the outputs into this folder; nothing is overwritten
o|--receipt||with --save: write a receipt of each row beside its files, for belt rerun
o|--dry-run||tell what would be run and uploaded, send nothing
o|--help||show help
o|-h||show help
a|app|app|namespace/name, or namespace/name@version
a|rows|files|a file of JSON lines or CSV, or - for standard input; not needed with --vary' ;;
    'rerun') REPLY='o|--input|input|key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|-i|input|key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|--setup|spec|setup parameters, written like --input (repeatable)
o|--latest||run today'\''s version of the app, not the one that ran
o|--allow-sensitive||upload files that look like secrets, too
o|--yes||upload the files that a receipt names without asking
o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)
o|--allow-unknown-cost||with a cap, start also what has a cost that is not known
o|--expect-same||exit 1 when what comes out is not what came out before, by SHA-256
o|--timeout|text|stop waiting after this long; the task goes on; exit 8
o|--on-interrupt|one:cancel,detach|what Ctrl-C does to the task
o|--save|dirs|download every file of the output into this folder; nothing is overwritten
o|--receipt||with --save: also write a receipt of this run
o|--preview|one:auto,never|show images on a terminal
o|--dry-run||print the request that would be sent, the files that would be uploaded and the estimate, start nothing
o|--help||show help
o|-h||show help
a|run|task-or-file|receipt (it ends in .json or holds a /), task id, or @last' ;;
    'task') REPLY='c|get||show tasks
c|list||list tasks
c|watch||show what happens to tasks, as it happens
c|wait||wait until tasks have ended
c|logs||print the log of tasks
c|cancel||cancel tasks
o|--help||show help
o|-h||show help' ;;
    'task get') REPLY='o|--save|dirs|download every file of the output into this folder; nothing is overwritten
o|--help||show help
o|-h||show help
v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input' ;;
    'task list') REPLY='o|--limit|text|how many at most
o|-L|text|how many at most
o|--status|one:active,received,queued,dispatched,preparing,serving,setting_up,running,cancelling,uploading,completed,failed,cancelled,unknown|those in this state only; active: all that have not ended
o|--app|text|those of this app only
o|--journal||list what this machine submitted instead, without asking the API
o|--help||show help
o|-h||show help' ;;
    'task watch') REPLY='o|--timeout|text|stop watching after this long; exit 8
o|--help||show help
o|-h||show help
v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input' ;;
    'task wait') REPLY='o|--any||wait until one has succeeded
o|--all||wait until all have ended (the default)
o|--fail-fast||return at the first that fails
o|--timeout|text|stop waiting after this long; exit 8
o|--help||show help
o|-h||show help
v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input' ;;
    'task logs') REPLY='o|--follow||go on until the tasks have ended
o|-f||go on until the tasks have ended
o|--help||show help
o|-h||show help
v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input' ;;
    'task cancel') REPLY='o|--wait||stay until they have ended, and print how; exit 0 however they ended
o|--timeout|text|with --wait: stop waiting after this long; exit 8
o|--help||show help
o|-h||show help
v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input' ;;
    'agent') REPLY='c|run||send a message to an agent, follow its answer
o|--help||show help
o|-h||show help' ;;
    'agent run') REPLY='o|--chat|chat|go on with a chat
o|--context|text|what the agent asks for (repeatable)
o|--attach|files|upload a file, and send it along (repeatable)
o|--allow-sensitive||upload files that look like secrets, too
o|--allow-unknown-cost||talk to it though BELT_MAX_COST is set: what it costs cannot be asked
o|--tool|text|let it run this shell command as its tool: arguments as JSON on standard input, what it prints is the result (repeatable)
o|--approve|text|calls that need approval: never, ask, all, or tool:a,tool:b (default: ask on a terminal, never elsewhere)
o|--timeout|text|stop waiting after this long; the agent goes on; exit 8
o|--events|files|also write what happens there, as NDJSON
o|--help||show help
o|-h||show help
a|agent|agent|namespace/name, or namespace/name@version
v|message|text|what to say; - reads it from standard input' ;;
    'chat') REPLY='c|get||show chats
c|stop||stop answers
o|--help||show help
o|-h||show help' ;;
    'chat get') REPLY='o|--help||show help
o|-h||show help
v|id|chat|chat ids; @last is the newest this machine began, - reads ids from standard input' ;;
    'chat stop') REPLY='o|--help||show help
o|-h||show help
v|id|chat|chat ids; @last is the newest this machine began, - reads ids from standard input' ;;
    'session') REPLY='c|list||list active sessions
c|get||show sessions
c|keepalive||reset the idle timer of sessions
c|end||end sessions
c|exec||run a command inside a session of its own
o|--help||show help
o|-h||show help' ;;
    'session list') REPLY='o|--help||show help
o|-h||show help' ;;
    'session get') REPLY='o|--help||show help
o|-h||show help
v|id|session|session ids; @last is the newest this machine opened, - reads ids from standard input' ;;
    'session keepalive') REPLY='o|--every|text|go on, with this pause in between
o|--help||show help
o|-h||show help
v|id|open-session|session ids; @last is the newest this machine opened, - reads ids from standard input' ;;
    'session end') REPLY='o|--all||end all active sessions; asks first
o|--yes||do not ask
o|-y||do not ask
o|--help||show help
o|-h||show help
v|id|open-session|session ids; @last is the newest this machine opened, - reads ids from standard input' ;;
    'session exec') REPLY='o|--session-timeout|text|idle seconds until the session expires, 1 to 3600
o|--input|input|for the first call: key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|-i|input|for the first call: key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|--setup|spec|setup parameters, written like --input (repeatable)
o|--allow-sensitive||upload files that look like secrets, too
o|--function|text|entry point for the first call
o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)
o|--allow-unknown-cost||with a cap, start also what has a cost that is not known
o|--help||show help
o|-h||show help
a|app|app|namespace/name, or namespace/name@version
v|command|command|what to run, after --' ;;
    'app') REPLY='c|get||show an app and its inputs
c|sample||print an input to start from
c|init||make an app that runs
c|list||list apps
o|--help||show help
o|-h||show help' ;;
    'app get') REPLY='o|--function|text|this function only
o|--help||show help
o|-h||show help
a|app|app|namespace/name' ;;
    'app sample') REPLY='o|--function|text|for this function, if not the default
o|--save|files|write it there, as YAML if the name ends so; nothing is overwritten
o|--help||show help
o|-h||show help
a|app|app|namespace/name' ;;
    'app init') REPLY='o|--help||show help
o|-h||show help
a|dir|dirs|the folder, whose name becomes that of the app' ;;
    'app list') REPLY='o|--search|text|those that match only
o|--limit|text|how many at most
o|-L|text|how many at most
o|--help||show help
o|-h||show help' ;;
    'file') REPLY='c|upload||upload files, print their uris
o|--help||show help
o|-h||show help' ;;
    'file upload') REPLY='o|--allow-sensitive||upload files that look like secrets, too
o|--help||show help
o|-h||show help
v|path|files|files, - for standard input' ;;
    'dev') REPLY='c|exec||run a command beside a server of its own
o|--port|text|port to listen on, 0 for any
o|--workers|text|app instances that work at a time; idle sessions do not count
o|--task-timeout|text|cut off a task that runs longer (default 10m)
o|--dialect|one:current,v1,v2|answer in one form of the API only, not in all at once
o|--status-table|one:2026,2025|number statuses as the API did then
o|--balance|text|credit for the prices that apps name in inf.yml (default 100)
o|--scenario|files|script of faults for the local server: a file, or a name of belt help scenarios
o|--help||show help
o|-h||show help
v|appdir|dirs|folders of inference.sh apps' ;;
    'dev exec') REPLY='o|--workers|text|app instances that work at a time; idle sessions do not count
o|--task-timeout|text|cut off a task that runs longer (default 10m)
o|--dialect|one:current,v1,v2|answer in one form of the API only, not in all at once
o|--status-table|one:2026,2025|number statuses as the API did then
o|--balance|text|credit for the prices that apps name in inf.yml (default 100)
o|--scenario|files|script of faults for the local server: a file, or a name of belt help scenarios
o|--help||show help
o|-h||show help
v|appdir|dirs|folders of inference.sh apps, else that of this folder' ;;
    'login') REPLY='o|--infra|one:cloud,private,private_first|where runs go with this profile
o|--status-table|one:auto,2025,2026|the status numbers this API uses, if belt cannot tell
o|--insecure||allow plain http to another machine
o|--no-check||store the key without asking the API about it
o|--help||show help
o|-h||show help' ;;
    'logout') REPLY='o|--yes||do not ask
o|-y||do not ask
o|--help||show help
o|-h||show help' ;;
    'profile') REPLY='c|list||list profiles
c|use||choose the current profile
c|show||show what is in force, and why
c|remove||remove a profile and its key
o|--help||show help
o|-h||show help' ;;
    'profile list') REPLY='o|--help||show help
o|-h||show help' ;;
    'profile use') REPLY='o|--help||show help
o|-h||show help
a|name|profile|name of a profile' ;;
    'profile show') REPLY='o|--help||show help
o|-h||show help
a|name|profile|name of a profile' ;;
    'profile remove') REPLY='o|--yes||do not ask
o|-y||do not ask
o|--help||show help
o|-h||show help
a|name|profile|name of a profile' ;;
    'balance') REPLY='o|--help||show help
o|-h||show help' ;;
    'usage') REPLY='o|--range|one:1h,1d,7d,30d,90d|how far back
o|--help||show help
o|-h||show help' ;;
    'api') REPLY='o|--input|input|key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|-i|input|key=text, key:=json, key=@file, key@=textfile, '\''{…}'\'', @file.json or @- (repeatable)
o|--allow-unknown-cost||start a run though BELT_MAX_COST is set
o|--help||show help
o|-h||show help
a|method|text|GET, POST, PUT, PATCH or DELETE
a|path|text|a path of the API, such as /sessions; never another host' ;;
    'doctor') REPLY='o|--help||show help
o|-h||show help' ;;
    'completion') REPLY='o|--help||show help
o|-h||show help
a|shell|one:bash,zsh,fish|your shell' ;;
    'help') REPLY='o|--help||show help
o|-h||show help
v|topic|topics:exit-codes,environment,input,output,errors,scripting,app-format,scenarios,options|a command, or exit-codes, environment, input, output, errors, scripting, app-format, scenarios, options' ;;
    *) REPLY= ;;
  esac
}

# What fits after option or command $2 of type $1; fails where there is none.
_belt_kind() {
  local type name kind about
  while IFS='|' read -r type name kind about; do
    [[ $type == "$1" && $name == "$2" ]] && REPLY=$kind && return 0
  done <<< "$belt_table"
  return 1
}

# Goes through the words before the cursor. Sets belt_table; belt_want, what fits as the value of the
# option before, if that wants one; belt_place, how many arguments there are; belt_app, the first of
# them; belt_ended, after --.
_belt_walk() {
  local word path='' everywhere
  _belt_table --; everywhere=$REPLY
  _belt_table ''; belt_table=$everywhere$'\n'$REPLY
  belt_want='' belt_place=0 belt_app='' belt_ended=''
  for word in "$@"; do
    if [[ -n $belt_want ]]; then
      belt_want=''
    elif [[ -z $belt_ended && $word == -- ]]; then
      belt_ended=1
    elif [[ -z $belt_ended && $word == --*=* ]]; then
      :
    elif [[ -z $belt_ended && $word == -?* ]]; then
      _belt_kind o "$word" && belt_want=$REPLY
    elif [[ -z $belt_ended && $belt_place == 0 ]] && _belt_kind c "$word"; then
      path=${path:+$path }$word
      _belt_table "$path"; belt_table=$everywhere$'\n'$REPLY
    else
      (( belt_place += 1 ))
      [[ $belt_place == 1 ]] && belt_app=$word
    fi
  done
}

# Finds what stands before the path of a file in the input $1: @, key=@, key@=; fails where there is none.
_belt_file() {
  local key=${1%%=*}
  case $1 in
    @*) REPLY=@ ;;
    *=*) if [[ $key == *@ ]]; then REPLY=$key=; elif [[ $1 == "$key=@"* ]]; then REPLY=$key=@; else return 1; fi ;;
    *) return 1 ;;
  esac
}

# What fits as the argument at this place.
_belt_argument() {
  local type name kind about place=0
  REPLY=''
  while IFS='|' read -r type name kind about; do
    [[ $type == c ]] && REPLY=commands && return
    [[ $type == a || $type == v ]] || continue
    [[ $type == v || $place == "$belt_place" ]] && REPLY=$kind && return
    (( place += 1 ))
  done <<< "$belt_table"
}

# The commands or options that may follow, one a line, after a tab what each does.
_belt_names() {
  local type name kind about
  while IFS='|' read -r type name kind about; do
    [[ $type == "$1" ]] && printf '%s\t%s\n' "$name" "$about"
  done <<< "$belt_table"
}

# What fits, one a line, after a tab what it is.
_belt_values() {
  case $1 in
    commands) _belt_names c ;;
    options) _belt_names o ;;
    one:*) printf '%s\n' "${1#one:}" | tr , '\n' ;;
    topics:*)
      belt_table=; _belt_table ''; belt_table=$REPLY; _belt_names c
      printf '%s\n' "${1#topics:}" | tr , '\n'
      ;;
    text | spec | '') ;;
    *) command belt __complete "$1" "$belt_app" 2> /dev/null ;;
  esac
}

_belt() {
  local belt_table belt_want belt_place belt_app belt_ended REPLY
  local line=${COMP_LINE:0:COMP_POINT} words=() i piece trimmed
  # bash breaks words at characters such as = and @, where belt does not.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    trimmed=${line#"${line%%[![:space:]]*}"}
    if [[ $trimmed == "$line" && ${#words[@]} -gt 0 && -n $piece ]]; then
      words[${#words[@]}-1]+=$piece
    else
      words+=("$piece")
    fi
    line=${trimmed#"$piece"}
  done
  local current=${words[${#words[@]}-1]} prefix='' quote='' kind
  if [[ $current == [\"\']* ]]; then
    quote=${current:0:1} current=${current:1}
  fi
  local typed=$current
  [[ -n $quote ]] || current=${current//\\/}
  _belt_walk "${words[@]:1:${#words[@]}-2}"
  if [[ -n $belt_want ]]; then
    kind=$belt_want
  elif [[ -z $belt_ended && $current == --*=* ]]; then
    _belt_kind o "${current%%=*}" || return
    kind=$REPLY prefix=${current%%=*}= current=${current#*=}
  elif [[ -z $belt_ended && $current == -* ]]; then
    kind=options
  else
    _belt_argument; kind=$REPLY
  fi
  if [[ $kind == input || $kind == spec ]] && _belt_file "$current"; then
    prefix+=$REPLY current=${current#"$REPLY"} kind=files
  fi
  [[ $kind == task-or-file ]] && { [[ $current == @* ]] && kind=task || kind=files; }

  local value all=()
  case $kind in
    files) _belt_paths -f ;;
    dirs) _belt_paths -d ;;
    command)
      while IFS= read -r value; do all+=("$value"); done < <(compgen -c -- "$current") ;;
    *)
      while IFS=$'\t' read -r value _; do
        [[ -n $value && $value == "$current"* ]] && all+=("$value")
      done < <(_belt_values "$kind")
      ;;
  esac
  COMPREPLY=()
  for value in ${all[@]+"${all[@]}"}; do
    _belt_reply "$prefix$value"
  done
} 2> /dev/null

# The paths that begin with $current, folders with a slash at their end.
_belt_paths() {
  local path
  while IFS= read -r path; do
    [[ -d $path ]] && path=${path%/}/
    all+=("$path")
  done < <(compgen "$1" -- "$current")
}

# Adds what is to stand in the place of the part that bash replaces, which is what follows the last
# character at which it breaks words; of these, @ itself is replaced, too. The blank after a whole word
# is part of it: bash adds none, for not every bash can be told when.
_belt_reply() {
  local value=$1 breaks=${COMP_WORDBREAKS//[^=:]/} rest=$typed end=' '
  [[ $value == *[=/] ]] && end=''
  if [[ -n $quote ]]; then
    COMPREPLY+=("$value${end:+$quote$end}")
    return
  fi
  value=$(printf %q "$value")
  while [[ -n $breaks && $rest == *[$breaks]* ]]; do
    rest=${rest#*[$breaks]} value=${value#*[$breaks]}
  done
  if [[ $COMP_WORDBREAKS == *@* && $rest == *@* ]]; then
    while [[ $rest == *@* ]]; do
      rest=${rest#*@} value=${value#*@}
    done
    value=@$value
  fi
  COMPREPLY+=("$value$end")
}

complete -o nospace -F _belt belt
