/**
 * The fixed part of the fish script: it walks over the words before the cursor and evaluates the conditions of the
 * `complete` lines.
 *
 * @param prefix - the prefix of all function names
 * @param program - the program's name
 */
export function fishEngine(prefix: string, program: string): string {
  return `# Prints three lines about the words before the cursor: the command, the number of its operands, and the
# option whose value the next word may be.
function ${prefix}_where
    set -l command ${program}
    set -l operands 0
    set -l pending
    set -l more
    set -l kind
    set -l ended
    set -l words (commandline -opc)
    while set -q words[1]; and string match -qr -- '^[A-Za-z_][A-Za-z0-9_]*=' "$words[1]"
        set -e words[1]
    end
    for word in $words[2..-1]
        if test -n "$pending"
            set pending
        else if test -z "$ended"; and test "$word" = --
            set ended 1
            set more
        else if test -z "$ended"; and string match -qr -- '^-.' "$word"
            set -l option (${prefix}_open_option "$command" "$word")
            set kind (${prefix}_find_option "$command" "$option")
            set pending
            set more
            string match -q -- 'required*' "$kind"; and set pending $option
            string match -qr -- 'optional|greedy' "$kind"; and set more $option
        else if test -n "$more"
            string match -q -- '*greedy' "$kind"; or set more
        else
            set -l found
            test $operands -eq 0; and set found (${prefix}_find_command "$command" "$word")
            if test -n "$found"
                set command $found
            else
                set operands (math $operands + 1)
            end
        end
    end
    printf '%s\\n' "$command" $operands "$more"
end

# Prints the option that ends the word $argv[2], unless its value is in the same word.
function ${prefix}_open_option
    if string match -q -- '--*' "$argv[2]"
        string match -v -- '*=*' "$argv[2]"
        return
    end
    set -l letters (string split '' -- (string sub -s 2 -- "$argv[2]"))
    set -l last $letters[-1]
    set -e letters[-1]
    for letter in $letters
        set -l kind (${prefix}_find_option "$argv[1]" -$letter)
        test -n "$kind"; and return
    end
    printf '%s\\n' -$last
end

# True if the command is $argv.
function ${prefix}_in
    set -l where (${prefix}_where)
    test "$where[1]" = "$argv"
end

# True if the command is $argv[2..-1] and the cursor is at its operand number $argv[1], counted from 0.
function ${prefix}_at
    set -l where (${prefix}_where)
    test "$where[1]" = "$argv[2..-1]"; and test -z "$where[3]"; and test $where[2] -eq $argv[1]
end

# The same, for that operand and all after it.
function ${prefix}_from
    set -l where (${prefix}_where)
    test "$where[1]" = "$argv[2..-1]"; and test -z "$where[3]"; and test $where[2] -ge $argv[1]
end

# True if the command is $argv[2..-1] and the next word may be a value of the option $argv[1].
function ${prefix}_more
    set -l where (${prefix}_where)
    test "$where[1]" = "$argv[2..-1]"; and test "$where[3]" = "$argv[1]"
end
`;
}
