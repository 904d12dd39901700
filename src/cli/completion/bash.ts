import { commonFunctions } from "./sh.ts";
import type { CompletionTable } from "./table.ts";

export function bashScript(table: CompletionTable): string {
  return `# bash completion for belt; made by \`belt completion bash\`.

${commonFunctions(table)}
_belt() {
  local belt_table belt_want belt_place belt_app belt_ended REPLY
  local line=\${COMP_LINE:0:COMP_POINT} words=() i piece trimmed
  # bash breaks words at characters such as = and @, where belt does not.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]}
    trimmed=\${line#"\${line%%[![:space:]]*}"}
    if [[ $trimmed == "$line" && \${#words[@]} -gt 0 && -n $piece ]]; then
      words[\${#words[@]}-1]+=$piece
    else
      words+=("$piece")
    fi
    line=\${trimmed#"$piece"}
  done
  local current=\${words[\${#words[@]}-1]} prefix='' quote='' kind
  if [[ $current == [\\"\\']* ]]; then
    quote=\${current:0:1} current=\${current:1}
  fi
  local typed=$current
  [[ -n $quote ]] || current=\${current//\\\\/}
  _belt_walk "\${words[@]:1:\${#words[@]}-2}"
  if [[ -n $belt_want ]]; then
    kind=$belt_want
  elif [[ -z $belt_ended && $current == --*=* ]]; then
    _belt_kind o "\${current%%=*}" || return
    kind=$REPLY prefix=\${current%%=*}= current=\${current#*=}
  elif [[ -z $belt_ended && $current == -* ]]; then
    kind=options
  else
    _belt_argument; kind=$REPLY
  fi
  if [[ $kind == input || $kind == spec ]] && _belt_file "$current"; then
    prefix+=$REPLY current=\${current#"$REPLY"} kind=files
  fi
  [[ $kind == task-or-file ]] && { [[ $current == @* ]] && kind=task || kind=files; }

  local value all=()
  case $kind in
    files) _belt_paths -f ;;
    dirs) _belt_paths -d ;;
    command)
      while IFS= read -r value; do all+=("$value"); done < <(compgen -c -- "$current") ;;
    *)
      while IFS=$'\\t' read -r value _; do
        [[ -n $value && $value == "$current"* ]] && all+=("$value")
      done < <(_belt_values "$kind")
      ;;
  esac
  COMPREPLY=()
  for value in \${all[@]+"\${all[@]}"}; do
    _belt_reply "$prefix$value"
  done
} 2> /dev/null

# The paths that begin with $current, folders with a slash at their end.
_belt_paths() {
  local path
  while IFS= read -r path; do
    [[ -d $path ]] && path=\${path%/}/
    all+=("$path")
  done < <(compgen "$1" -- "$current")
}

# Adds what is to stand in the place of the part that bash replaces, which is what follows the last
# character at which it breaks words; of these, @ itself is replaced, too. The blank after a whole word
# is part of it: bash adds none, for not every bash can be told when.
_belt_reply() {
  local value=$1 breaks=\${COMP_WORDBREAKS//[^=:]/} rest=$typed end=' '
  [[ $value == *[=/] ]] && end=''
  if [[ -n $quote ]]; then
    COMPREPLY+=("$value\${end:+$quote$end}")
    return
  fi
  value=$(printf %q "$value")
  while [[ -n $breaks && $rest == *[$breaks]* ]]; do
    rest=\${rest#*[$breaks]} value=\${value#*[$breaks]}
  done
  if [[ $COMP_WORDBREAKS == *@* && $rest == *@* ]]; then
    while [[ $rest == *@* ]]; do
      rest=\${rest#*@} value=\${value#*@}
    done
    value=@$value
  fi
  COMPREPLY+=("$value$end")
}

complete -o nospace -F _belt belt
`;
}
