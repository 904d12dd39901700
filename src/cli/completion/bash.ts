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
  local current=\${words[\${#words[@]}-1]} prefix='' kind
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
  if [[ $kind == input || $kind == spec ]]; then
    case $current in
      @*) prefix+=@ current=\${current#@} kind=files ;;
      *=@*) prefix+=\${current%%@*}@ current=\${current#*@} kind=files ;;
    esac
  fi

  local IFS=$'\\n' value all=()
  case $kind in
    files) compopt -o filenames; all=($(compgen -f -- "$current")) ;;
    dirs) compopt -o filenames; all=($(compgen -d -- "$current")) ;;
    command) all=($(compgen -c -- "$current")) ;;
    *)
      while IFS=$'\\t' read -r value _; do
        [[ -n $value && $value == "$current"* ]] && all+=("$(printf %q "$value")")
      done < <(_belt_values "$kind")
      ;;
  esac
  # Only what follows the last character at which bash breaks words is replaced; of these, @ itself is, too.
  local breaks=\${COMP_WORDBREAKS//[^=:]/} rest=$prefix$current kept=''
  if [[ -n $breaks ]]; then
    kept=$rest rest=\${rest##*[$breaks]} kept=\${kept%"$rest"}
  fi
  [[ $COMP_WORDBREAKS == *@* && $rest == *@* ]] && kept+=\${rest%@*}
  COMPREPLY=()
  for value in "\${all[@]}"; do
    [[ $value == *= ]] && compopt -o nospace
    value=$prefix$value
    COMPREPLY+=("\${value#"$kept"}")
  done
}

complete -F _belt belt
`;
}
