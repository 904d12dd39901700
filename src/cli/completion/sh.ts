import { type CompletionTable, EVERYWHERE } from "./table.ts";

/** The part that bash and zsh have in common: the table, and the way through the words before the cursor. */
export function commonFunctions(table: CompletionTable): string {
  const cases = [...table].map(
    ([name, lines]) => `    ${quoted(name)}) REPLY=${quoted(lines.join("\n"))} ;;`,
  );
  return `# What may follow a command; the options that all take stand under ${EVERYWHERE}.
_belt_table() {
  case $1 in
${cases.join("\n")}
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
  _belt_table ${EVERYWHERE}; everywhere=$REPLY
  _belt_table ''; belt_table=$everywhere$'\\n'$REPLY
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
      path=\${path:+$path }$word
      _belt_table "$path"; belt_table=$everywhere$'\\n'$REPLY
    else
      (( belt_place += 1 ))
      [[ $belt_place == 1 ]] && belt_app=$word
    fi
  done
}

# Finds what stands before the path of a file in the input $1: @, key=@, key@=; fails where there is none.
_belt_file() {
  local key=\${1%%=*}
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
    [[ $type == "$1" ]] && printf '%s\\t%s\\n' "$name" "$about"
  done <<< "$belt_table"
}

# What fits, one a line, after a tab what it is.
_belt_values() {
  case $1 in
    commands) _belt_names c ;;
    options) _belt_names o ;;
    one:*) printf '%s\\n' "\${1#one:}" | tr , '\\n' ;;
    topics:*)
      belt_table=; _belt_table ''; belt_table=$REPLY; _belt_names c
      printf '%s\\n' "\${1#topics:}" | tr , '\\n'
      ;;
    text | spec | '') ;;
    *) command belt __complete "$1" "$belt_app" 2> /dev/null ;;
  esac
}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
