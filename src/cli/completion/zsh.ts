import { commonFunctions } from "./sh.ts";
import type { CompletionTable } from "./table.ts";

export function zshScript(table: CompletionTable): string {
  return `#compdef belt
# zsh completion for belt; made by \`belt completion zsh\`.

${commonFunctions(table)}
_belt() {
  local belt_table belt_want belt_place belt_app belt_ended REPLY
  local kind value about
  local -a plain open
  _belt_walk "\${(@)words[2,CURRENT-1]}"
  if [[ -n $belt_want ]]; then
    kind=$belt_want
  elif [[ -z $belt_ended && $PREFIX == --*=* ]]; then
    _belt_kind o "\${PREFIX%%=*}" || return
    kind=$REPLY
    compset -P 1 '*='
  elif [[ -z $belt_ended && $PREFIX == -* ]]; then
    kind=options
  else
    _belt_argument; kind=$REPLY
  fi
  if [[ $kind == (input|spec) ]] && _belt_file "$PREFIX"; then
    compset -P "\${(b)REPLY}"
    kind=files
  fi
  [[ $kind == task-or-file ]] && { [[ $PREFIX == @* ]] && kind=task || kind=files; }

  case $kind in
    files) _files; return ;;
    dirs) _files -/; return ;;
    command) _command_names -e; return ;;
  esac
  while IFS=$'\\t' read -r value about; do
    if [[ $value == *= ]]; then
      open+=("\${value//:/\\\\:}\${about:+:$about}")
    elif [[ -n $value ]]; then
      plain+=("\${value//:/\\\\:}\${about:+:$about}")
    fi
  done < <(_belt_values "$kind")
  _describe -V -t belt 'belt' plain -- open -S ''
} 2> /dev/null

if [[ $funcstack[1] == _belt ]]; then
  _belt "$@"
else
  compdef _belt belt
fi
`;
}
