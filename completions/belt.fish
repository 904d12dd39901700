# fish completion for belt; made by `belt completion fish`.

# What may follow a command; the options that all take stand under --.
function __belt_table
    switch "$argv[1]"
        case '--'
            echo 'o|--version||print the version'
            echo 'o|-V||print the version'
            echo 'o|--profile|profile|profile to use (env BELT_PROFILE)'
            echo 'o|--api-url|text|base URL of the API (env BELT_API_URL)'
            echo 'o|--local||use the local server: a running `belt dev`, else one inside this command (env BELT_LOCAL=1)'
            echo 'o|--json||machine output: one JSON document on stdout'
            echo 'o|--field|text|print a field of the result, such as output.image.uri, or several, set apart by commas (repeatable)'
            echo 'o|--quiet||print the bare result only'
            echo 'o|-q||print the bare result only'
            echo 'o|--no-prompt||never ask'
            echo 'o|--verbose||trace requests on stderr, never with the key'
            echo 'o|-v||trace requests on stderr, never with the key'
            echo 'o|--color|one:auto,always,never|color the output'
            echo 'o|--request-timeout|text|bound on one HTTP exchange (default 30s)'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case ''
            echo 'c|run||submit a run, follow it, print its output'
            echo 'c|batch||run an app once for each row of a file'
            echo 'c|rerun||repeat a run exactly'
            echo 'c|task||follow and stop runs'
            echo 'c|agent||talk to agents'
            echo 'c|chat||look at chats, and stop them'
            echo 'c|session||manage sessions'
            echo 'c|app||find apps, and make new ones'
            echo 'c|file||upload files'
            echo 'c|dev||serve the API on this machine, with your apps'
            echo 'c|login||store an API key in a profile'
            echo 'c|logout||forget the key of a profile'
            echo 'c|profile||manage API keys'
            echo 'c|balance||show the credit of the account'
            echo 'c|usage||show what was spent'
            echo 'c|api||send one request to the API'
            echo 'c|doctor||say what is in force, and whether the API answers'
            echo 'c|completion||print a completion script'
            echo 'c|help||show help: of a command, or about a topic'
        case 'run'
            echo 'o|--help-app||show the app and its inputs, run nothing'
            echo 'o|--input|input|key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|-i|input|key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|--setup|spec|setup parameters, written like --input (repeatable)'
            echo 'o|--allow-sensitive||upload files that look like secrets, too'
            echo 'o|--function|text|entry point of the app, if not its default'
            echo 'o|--infra|one:cloud,private,private_first|where to run it'
            echo 'o|--worker|text|run on this worker (repeatable)'
            echo 'o|--variant|text|variant of the app'
            echo 'o|--webhook|text|URL that gets a POST when the task ends'
            echo 'o|--session|session-or-new|open a session, or go on with one; with --local, while belt dev runs'
            echo 'o|--session-timeout|text|idle seconds until a new session expires, 1 to 3600'
            echo 'o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)'
            echo 'o|--allow-unknown-cost||with a cap, start also what has a cost that is not known'
            echo 'o|--no-wait||print the task and return; with --local, while belt dev runs'
            echo 'o|--timeout|text|stop waiting after this long; the task goes on; exit 8'
            echo 'o|--on-interrupt|one:cancel,detach|what Ctrl-C does to the task'
            echo 'o|--save|dirs|download every file of the output into this folder; nothing is overwritten'
            echo 'o|--receipt||with --save: also write what `belt rerun` needs to run exactly this again'
            echo 'o|--preview|one:auto,never|show images on a terminal'
            echo 'o|--events|files|also write the task\'s events there, as NDJSON'
            echo 'o|--dry-run||print the request that would be sent, the files that would be uploaded and the estimate, start nothing'
            echo 'o|--scenario|files|script of faults for the local server: a file, or a name of belt help scenarios'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|app|app|namespace/name, or namespace/name@version'
        case 'batch'
            echo 'o|--input|input|what all rows share, written as for run (repeatable)'
            echo 'o|-i|input|what all rows share, written as for run (repeatable)'
            echo 'o|--vary|text|run each row with each: key=a,b,c or key=1..20 (repeatable)'
            echo 'o|--upload|text|the rows name files under this key: upload them (repeatable)'
            echo 'o|--setup|spec|setup parameters, written like --input (repeatable)'
            echo 'o|--allow-sensitive||upload files that look like secrets, too'
            echo 'o|--function|text|entry point of the app, if not its default'
            echo 'o|--infra|one:cloud,private,private_first|where to run it'
            echo 'o|--worker|text|run on this worker (repeatable)'
            echo 'o|--variant|text|variant of the app'
            echo 'o|--out|files|results, one NDJSON line a row (default: rows.results.ndjson for rows.jsonl)'
            echo 'o|--jobs|text|most tasks unfinished at once (default: 32)'
            echo 'o|-j|text|most tasks unfinished at once (default: 32)'
            echo 'o|--retries|text|tries again of what was throttled (default: 3)'
            echo 'o|--max-failures|text|stop after so many rows in a row that failed, or could not be saved (default: 10)'
            echo 'o|--again|one:failed,in-doubt,all|also run rows again that ended'
            echo 'o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)'
            echo 'o|--allow-unknown-cost||under a cap, run what has a cost that is not known, too'
            echo 'o|--timeout|text|stop after this long; tasks go on; exit 8'
            echo 'o|--on-interrupt|one:cancel,detach|what Ctrl-C does to running tasks'
            echo 'o|--save|dirs|download every file of the outputs into this folder; nothing is overwritten'
            echo 'o|--receipt||with --save: write a receipt of each row beside its files, for belt rerun'
            echo 'o|--dry-run||tell what would be run and uploaded, send nothing'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|app|app|namespace/name, or namespace/name@version'
            echo 'a|rows|files|a file of JSON lines or CSV, or - for standard input; not needed with --vary'
        case 'rerun'
            echo 'o|--input|input|key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|-i|input|key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|--setup|spec|setup parameters, written like --input (repeatable)'
            echo 'o|--latest||run today\'s version of the app, not the one that ran'
            echo 'o|--allow-sensitive||upload files that look like secrets, too'
            echo 'o|--yes||upload the files that a receipt names without asking'
            echo 'o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)'
            echo 'o|--allow-unknown-cost||with a cap, start also what has a cost that is not known'
            echo 'o|--expect-same||exit 1 when what comes out is not what came out before, by SHA-256'
            echo 'o|--timeout|text|stop waiting after this long; the task goes on; exit 8'
            echo 'o|--on-interrupt|one:cancel,detach|what Ctrl-C does to the task'
            echo 'o|--save|dirs|download every file of the output into this folder; nothing is overwritten'
            echo 'o|--receipt||with --save: also write a receipt of this run'
            echo 'o|--preview|one:auto,never|show images on a terminal'
            echo 'o|--dry-run||print the request that would be sent, the files that would be uploaded and the estimate, start nothing'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|run|task-or-file|receipt (it ends in .json or holds a /), task id, or @last'
        case 'task'
            echo 'c|get||show tasks'
            echo 'c|list||list tasks'
            echo 'c|watch||show what happens to tasks, as it happens'
            echo 'c|wait||wait until tasks have ended'
            echo 'c|logs||print the log of tasks'
            echo 'c|cancel||cancel tasks'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'task get'
            echo 'o|--save|dirs|download every file of the output into this folder; nothing is overwritten'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input'
        case 'task list'
            echo 'o|--limit|text|how many at most'
            echo 'o|-L|text|how many at most'
            echo 'o|--status|one:active,received,queued,dispatched,preparing,serving,setting_up,running,cancelling,uploading,completed,failed,cancelled,unknown|those in this state only; active: all that have not ended'
            echo 'o|--app|text|those of this app only'
            echo 'o|--journal||list what this machine submitted instead, without asking the API'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'task watch'
            echo 'o|--timeout|text|stop watching after this long; exit 8'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input'
        case 'task wait'
            echo 'o|--any||wait until one has succeeded'
            echo 'o|--all||wait until all have ended (the default)'
            echo 'o|--fail-fast||return at the first that fails'
            echo 'o|--timeout|text|stop waiting after this long; exit 8'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input'
        case 'task logs'
            echo 'o|--follow||go on until the tasks have ended'
            echo 'o|-f||go on until the tasks have ended'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input'
        case 'task cancel'
            echo 'o|--wait||stay until they have ended, and print how; exit 0 however they ended'
            echo 'o|--timeout|text|with --wait: stop waiting after this long; exit 8'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|task|task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input'
        case 'agent'
            echo 'c|run||send a message to an agent, follow its answer'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'agent run'
            echo 'o|--chat|chat|go on with a chat'
            echo 'o|--context|text|what the agent asks for (repeatable)'
            echo 'o|--attach|files|upload a file, and send it along (repeatable)'
            echo 'o|--allow-sensitive||upload files that look like secrets, too'
            echo 'o|--allow-unknown-cost||talk to it though BELT_MAX_COST is set: what it costs cannot be asked'
            echo 'o|--tool|text|let it run this shell command as its tool: arguments as JSON on standard input, what it prints is the result (repeatable)'
            echo 'o|--approve|text|calls that need approval: never, ask, all, or tool:a,tool:b (default: ask on a terminal, never elsewhere)'
            echo 'o|--timeout|text|stop waiting after this long; the agent goes on; exit 8'
            echo 'o|--events|files|also write what happens there, as NDJSON'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|agent|agent|namespace/name, or namespace/name@version'
            echo 'v|message|text|what to say; - reads it from standard input'
        case 'chat'
            echo 'c|get||show chats'
            echo 'c|stop||stop answers'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'chat get'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|chat|chat ids; @last is the newest this machine began, - reads ids from standard input'
        case 'chat stop'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|chat|chat ids; @last is the newest this machine began, - reads ids from standard input'
        case 'session'
            echo 'c|list||list active sessions'
            echo 'c|get||show sessions'
            echo 'c|keepalive||reset the idle timer of sessions'
            echo 'c|end||end sessions'
            echo 'c|exec||run a command inside a session of its own'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'session list'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'session get'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|session|session ids; @last is the newest this machine opened, - reads ids from standard input'
        case 'session keepalive'
            echo 'o|--every|text|go on, with this pause in between'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|open-session|session ids; @last is the newest this machine opened, - reads ids from standard input'
        case 'session end'
            echo 'o|--all||end all active sessions; asks first'
            echo 'o|--yes||do not ask'
            echo 'o|-y||do not ask'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|id|open-session|session ids; @last is the newest this machine opened, - reads ids from standard input'
        case 'session exec'
            echo 'o|--session-timeout|text|idle seconds until the session expires, 1 to 3600'
            echo 'o|--input|input|for the first call: key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|-i|input|for the first call: key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|--setup|spec|setup parameters, written like --input (repeatable)'
            echo 'o|--allow-sensitive||upload files that look like secrets, too'
            echo 'o|--function|text|entry point for the first call'
            echo 'o|--max-cost|text|start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)'
            echo 'o|--allow-unknown-cost||with a cap, start also what has a cost that is not known'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|app|app|namespace/name, or namespace/name@version'
            echo 'v|command|command|what to run, after --'
        case 'app'
            echo 'c|get||show an app and its inputs'
            echo 'c|sample||print an input to start from'
            echo 'c|init||make an app that runs'
            echo 'c|list||list apps'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'app get'
            echo 'o|--function|text|this function only'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|app|app|namespace/name'
        case 'app sample'
            echo 'o|--function|text|for this function, if not the default'
            echo 'o|--save|files|write it there, as YAML if the name ends so; nothing is overwritten'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|app|app|namespace/name'
        case 'app init'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|dir|dirs|the folder, whose name becomes that of the app'
        case 'app list'
            echo 'o|--search|text|those that match only'
            echo 'o|--limit|text|how many at most'
            echo 'o|-L|text|how many at most'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'file'
            echo 'c|upload||upload files, print their uris'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'file upload'
            echo 'o|--allow-sensitive||upload files that look like secrets, too'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|path|files|files, - for standard input'
        case 'dev'
            echo 'c|exec||run a command beside a server of its own'
            echo 'o|--port|text|port to listen on, 0 for any'
            echo 'o|--workers|text|app instances that work at a time; idle sessions do not count'
            echo 'o|--task-timeout|text|cut off a task that runs longer (default 10m)'
            echo 'o|--dialect|one:current,v1,v2|answer in one form of the API only, not in all at once'
            echo 'o|--status-table|one:2026,2025|number statuses as the API did then'
            echo 'o|--balance|text|credit for the prices that apps name in inf.yml (default 100)'
            echo 'o|--scenario|files|script of faults for the local server: a file, or a name of belt help scenarios'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|appdir|dirs|folders of inference.sh apps'
        case 'dev exec'
            echo 'o|--workers|text|app instances that work at a time; idle sessions do not count'
            echo 'o|--task-timeout|text|cut off a task that runs longer (default 10m)'
            echo 'o|--dialect|one:current,v1,v2|answer in one form of the API only, not in all at once'
            echo 'o|--status-table|one:2026,2025|number statuses as the API did then'
            echo 'o|--balance|text|credit for the prices that apps name in inf.yml (default 100)'
            echo 'o|--scenario|files|script of faults for the local server: a file, or a name of belt help scenarios'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|appdir|dirs|folders of inference.sh apps, else that of this folder'
        case 'login'
            echo 'o|--infra|one:cloud,private,private_first|where runs go with this profile'
            echo 'o|--status-table|one:auto,2025,2026|the status numbers this API uses, if belt cannot tell'
            echo 'o|--insecure||allow plain http to another machine'
            echo 'o|--no-check||store the key without asking the API about it'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'logout'
            echo 'o|--yes||do not ask'
            echo 'o|-y||do not ask'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'profile'
            echo 'c|list||list profiles'
            echo 'c|use||choose the current profile'
            echo 'c|show||show what is in force, and why'
            echo 'c|remove||remove a profile and its key'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'profile list'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'profile use'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|name|profile|name of a profile'
        case 'profile show'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|name|profile|name of a profile'
        case 'profile remove'
            echo 'o|--yes||do not ask'
            echo 'o|-y||do not ask'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|name|profile|name of a profile'
        case 'balance'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'usage'
            echo 'o|--range|one:1h,1d,7d,30d,90d|how far back'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'api'
            echo 'o|--input|input|key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|-i|input|key=text, key:=json, key=@file, key@=textfile, \'{…}\', @file.json or @- (repeatable)'
            echo 'o|--allow-unknown-cost||start a run though BELT_MAX_COST is set'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|method|text|GET, POST, PUT, PATCH or DELETE'
            echo 'a|path|text|a path of the API, such as /sessions; never another host'
        case 'doctor'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
        case 'completion'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'a|shell|one:bash,zsh,fish|your shell'
        case 'help'
            echo 'o|--help||show help'
            echo 'o|-h||show help'
            echo 'v|topic|topics:exit-codes,environment,input,output,errors,scripting,app-format,scenarios,options|a command, or exit-codes, environment, input, output, errors, scripting, app-format, scenarios, options'
    end
end

# What fits after option or command $argv[2] of type $argv[1]; fails where there is none.
function __belt_kind
    for line in $argv[3..]
        set -l fields (string split -m 3 '|' -- $line)
        if test "$fields[1]" = "$argv[1]" -a "$fields[2]" = "$argv[2]"
            echo "$fields[3]"
            return 0
        end
    end
    return 1
end

# The commands or options that may follow, after a tab what each does.
function __belt_names
    for line in $argv[2..]
        set -l fields (string split -m 3 '|' -- $line)
        test "$fields[1]" = "$argv[1]"; and printf '%s\t%s\n' $fields[2] $fields[4]
    end
end

function __belt_complete
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current)
    and set current $plain
    set -l words (commandline -opc)[2..]
    set -l everywhere (__belt_table --)
    set -l table $everywhere (__belt_table '')
    set -l path
    set -l want ''
    set -l arguments
    set -l ended 0
    for word in $words
        if test -n "$want"
            set want ''
        else if test $ended = 0 -a "$word" = --
            set ended 1
        else if test $ended = 0; and string match -q -- '--*=*' $word
            continue
        else if test $ended = 0; and string match -q -- '-?*' $word
            set want (__belt_kind o $word $table; or echo '')
        else if test $ended = 0 -a (count $arguments) = 0; and __belt_kind c $word $table >/dev/null
            set path $path $word
            set table $everywhere (__belt_table "$path")
        else
            set arguments $arguments $word
        end
    end

    set -l prefix ''
    set -l kind ''
    if test -n "$want"
        set kind $want
    else if test $ended = 0; and string match -q -- '--*=*' $current
        set -l parts (string split -m 1 '=' -- $current)
        set kind (__belt_kind o $parts[1] $table; or return)
        set prefix "$parts[1]="
        set current $parts[2]
    else if test $ended = 0; and string match -q -- '-*' $current
        set kind options
    else
        set -l place 0
        for line in $table
            set -l fields (string split -m 3 '|' -- $line)
            if test "$fields[1]" = c
                set kind commands
                break
            else if test "$fields[1]" = v; or test "$fields[1]" = a -a $place = (count $arguments)
                set kind "$fields[3]"
                break
            else if test "$fields[1]" = a
                set place (math $place + 1)
            end
        end
    end
    set -l before (string match -r -- '^(?:@|[^=]*@=|[^=]*=@)' $current)
    if contains -- "$kind" input spec; and test -n "$before"
        set prefix "$prefix$before"
        set current (string sub -s (math (string length -- $before) + 1) -- $current)
        set kind files
    end
    if test "$kind" = task-or-file
        set kind files
        string match -q -- '@*' $current; and set kind task
    end

    set -l found
    switch "$kind"
        case commands
            set found (__belt_names c $table)
        case options
            set found (__belt_names o $table)
        case 'topics:*'
            set found (__belt_names c (__belt_table '')) (string split , -- (string replace topics: '' -- $kind))
        case 'one:*'
            set found (string split , -- (string replace one: '' -- $kind))
        case files
            set found (__fish_complete_path "$current")
        case dirs
            set found (__fish_complete_directories "$current" '')
        case command
            set found (__fish_complete_command)
        case text spec ''
        case '*'
            set found (command belt __complete $kind "$arguments[1]" 2>/dev/null)
    end
    for line in $found
        echo "$prefix$line"
    end
end

complete -c belt -f -k -a '(__belt_complete 2>/dev/null)'
