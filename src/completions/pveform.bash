# bash completion for pveform. What may come next is found out by pveform itself.

_pveform() {
    local rest=${COMP_LINE:0:COMP_POINT} piece='' index
    local words=()

    # Readline breaks words also at `=`, `:` and `@`; what has no blank in between is one word.
    for ((index = 0; index <= COMP_CWORD; ++index)); do
        if ((index == 0)) || [[ $rest == [[:blank:]]* ]]; then
            words+=('')
        fi
        rest=${rest#"${rest%%[![:blank:]]*}"}
        piece=${COMP_WORDS[index]:0:${#rest}}
        rest=${rest:${#piece}}
        words[${#words[@]} - 1]+=$piece
    done

    # The part of the last word that readline is going to replace, and what stands before it.
    local last=$((${#words[@]} - 1)) quote=''
    [[ $piece == [=:@] ]] && piece=''
    local kept=${words[last]%"$piece"}
    [[ $piece == [\'\"]* ]] && quote=${piece:0:1}
    words=("${words[@]//[\'\"\\]/}")
    kept=${kept//[\'\"\\]/}

    local program=${words[0]/#\~\//$HOME/} word path
    COMPREPLY=()
    while IFS=$'\t' read -r word path; do
        if [[ $word == :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r word; do
                word=$path$word
                COMPREPLY+=("${word#"$kept"}")
            done < <(compgen -f -- "${words[last]#"$path"}")
        else
            [[ $word == *[:=] ]] && compopt -o nospace 2>/dev/null
            word=${word#"$kept"}
            [[ -n $quote ]] || word=${word//!/\\!} # else an interactive shell looks into its history
            COMPREPLY+=("$word")
        fi
    done < <("$program" __complete "${words[@]:1}" 2>/dev/null)
}

complete -F _pveform pveform
