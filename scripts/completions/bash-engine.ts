/**
 * The fixed part of the bash script: it reads the line up to the cursor and fills COMPREPLY from the generated
 * tables. It evaluates nothing that the user typed, starts no program, needs no other package, and runs in bash
 * 3.2, as on macOS.
 *
 * Bash splits words at `=`, `:` and `@` (COMP_WORDBREAKS) and replaces only the part after the split. So words are
 * joined first, and the part of each candidate that stays on the line is removed again.
 *
 * @param prefix - the prefix of all function names
 * @param program - the name that the completion is registered for
 */
export function bashEngine(prefix: string, program: string): string {
  return `# Joins the words before the cursor into words and current, the last one: bash keeps its beginning, kept,
# and replaces the rest.
${prefix}_read_words() {
  local line=\${COMP_LINE-} typed=\${2-\${COMP_WORDS[COMP_CWORD]}} piece='' previous joined i
  line=\${line#"\${line%%[![:space:]]*}"}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    line=\${line#*"\${COMP_WORDS[i - 1]}"}
    previous=$piece
    piece=\${COMP_WORDS[i]}
    joined=
    if [[ $i -gt 1 && $line != [[:space:]]* ]]; then
      if [[ $piece == [=:@]* || $previous == *[=:@\\"\\'] ]]; then
        current+=$piece
        continue
      fi
      # The number in 2>file is not a word of the command.
      if [[ $piece == [\\<\\>]* && $current != *[!0-9]* ]]; then joined=1; fi
    fi
    if [[ $i -gt 1 && -z $joined ]]; then words+=("$current"); fi
    current=$piece
  done
  if [[ $typed == [=:]* ]]; then typed=; fi
  kept=\${current%"$typed"*}
  kept=\${kept%[\\"\\']}
  current=$kept$typed
}

# Handles one word before the cursor.
${prefix}_take_word() {
  if [[ -n $redirected ]]; then
    redirected=
  elif [[ $1 == [\\<\\>\\&]* ]]; then
    redirected=1
  elif [[ -n $pending ]]; then
    pending=
  elif [[ -z $ended && $1 == -- ]]; then
    ended=1 more=
  elif [[ -z $ended && $1 == -?* ]]; then
    ${prefix}_take_option "$1"
  elif [[ -n $more ]]; then
    if [[ -z $more_greedy ]]; then more=; fi
  else
    found=
    if [[ $operands -eq 0 ]]; then ${prefix}_find_command "$command" "$1"; fi
    if [[ -n $found ]]; then command=$found; else operands=$((operands + 1)); fi
  fi
}

${prefix}_take_option() {
  local option=\${1%%=*} rest='' name
  more=
  if [[ $1 != --* ]]; then option=\${1:0:2} rest=\${1:2}; fi
  while :; do
    ${prefix}_find_option "$command" "$option"
    if [[ -z $repeatable ]]; then
      for name in "\${names[@]}"; do given+="$name "; done
    fi
    if [[ -z $rest || -n $takes ]]; then break; fi
    option=-\${rest:0:1} rest=\${rest:1}
  done
  if [[ -z $takes || -n $rest || $1 == --*=* ]]; then return; fi
  if [[ -n $required ]]; then pending=$option; fi
  if [[ -z $required || -n $greedy ]]; then more=$option more_greedy=$greedy; fi
}

# Offers $1, after prefix, if it continues the current word.
${prefix}_offer() {
  local candidate=$prefix$1
  if [[ $candidate == "$current"* ]]; then COMPREPLY+=("\${candidate#"$kept"}"); fi
}

${prefix}_offer_options() {
  local name
  for name in \${options[@]+"\${options[@]}"}; do
    if [[ $given != *" $name "* ]]; then ${prefix}_offer "$name"; fi
  done
}

# Offers candidates as takes and values describe them.
${prefix}_offer_value() {
  local value
  case $takes in
    values) for value in "\${values[@]}"; do ${prefix}_offer "$value"; done ;;
    files) ${prefix}_offer_paths -f bashdefault default ;;
    folders) ${prefix}_offer_paths -d dirnames ;;
  esac
}

# Leaves files to readline, which handles quotes, ~ and variables, if it starts at the right place.
${prefix}_offer_paths() {
  local action=$1 path option
  shift
  if [[ $kept == "$prefix" ]]; then
    for option in "$@"; do compopt -o "$option" 2>/dev/null; done
    return
  fi
  while IFS= read -r path; do
    if [[ -d $path ]]; then
      path+=/
      compopt -o nospace 2>/dev/null
    fi
    ${prefix}_offer "$path"
  done < <(compgen "$action" -- "\${current#"$prefix"}")
  compopt -o filenames 2>/dev/null
}

${prefix}_offer_operands() {
  local name
  if [[ $operands -eq 0 ]]; then
    for name in \${commands[@]+"\${commands[@]}"}; do ${prefix}_offer "$name"; done
  fi
  ${prefix}_find_operand "$command" "$operands"
  ${prefix}_offer_value
  if [[ -z $current && -z $takes && -z $ended && \${#COMPREPLY[@]} -eq 0 ]]; then
    ${prefix}_offer_options
  fi
}

${prefix}() {
  local command=${program} current='' kept='' prefix='' pending='' more='' more_greedy='' ended=''
  local redirected='' given=' ' operands=0 found takes required greedy repeatable word
  local -a words names values commands options
  COMPREPLY=()
  ${prefix}_read_words "$@"
  for word in \${words[@]+"\${words[@]}"}; do ${prefix}_take_word "$word"; done
  ${prefix}_list_command "$command"
  if [[ -n $redirected ]]; then
    takes=files
    ${prefix}_offer_value
  elif [[ -n $pending ]]; then
    ${prefix}_find_option "$command" "$pending"
    ${prefix}_offer_value
  elif [[ -z $ended && $current == --*=* ]]; then
    prefix=\${current%%=*}=
    ${prefix}_find_option "$command" "\${current%%=*}"
    ${prefix}_offer_value
  elif [[ -z $ended && $current == -* ]]; then
    ${prefix}_offer_options
  elif [[ -n $more ]]; then
    ${prefix}_find_option "$command" "$more"
    ${prefix}_offer_value
  else
    ${prefix}_offer_operands
  fi
}

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] > 400)); then
  complete -F ${prefix} ${program}
else # compopt is missing, or takes effect too late
  complete -o default -F ${prefix} ${program}
fi
`;
}
