# fish completion for pveform. What may come next is found out by pveform itself.

function __pveform_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor | string unescape)
    set -l program (string replace --regex '^~/' "$HOME/" -- $words[1])
    for line in ($program __complete $words[2..-1] "$current" 2>/dev/null)
        set -l parts (string split --max 1 \t -- $line)
        if test "$parts[1]" = :files
            set -l start (math (string length -- "$parts[2]") + 1)
            for path in (__fish_complete_path (string sub --start $start -- "$current"))
                echo -- $parts[2]$path
            end
        else
            echo -- $line
        end
    end
end

complete --command pveform --no-files --arguments '(__pveform_complete)'
