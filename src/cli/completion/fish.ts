import { type CompletionTable, EVERYWHERE } from "./table.ts";

export function fishScript(table: CompletionTable): string {
  const cases = [...table].flatMap(([name, lines]) => [
    `        case ${quoted(name)}`,
    ...lines.map((line) => `            echo ${quoted(line)}`),
  ]);
  return `# fish completion for belt; made by \`belt completion fish\`.

# What may follow a command; the options that all take stand under ${EVERYWHERE}.
function __belt_table
    switch "$argv[1]"
${cases.join("\n")}
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
        test "$fields[1]" = "$argv[1]"; and printf '%s\\t%s\\n' $fields[2] $fields[4]
    end
end

function __belt_complete
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current)
    and set current $plain
    set -l words (commandline -opc)[2..]
    set -l everywhere (__belt_table ${EVERYWHERE})
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
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
