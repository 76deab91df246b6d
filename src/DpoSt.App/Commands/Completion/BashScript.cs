using System.Text;
using DpoSt.Configuration.Binding;

namespace DpoSt.App.Commands.Completion;

/// <summary>The script for bash. Names of files are left to bash itself, which knows how to quote them.</summary>
internal static class BashScript
{
    private const string Body = """
        _dpost() {
            local cur=${COMP_WORDS[COMP_CWORD]} prev= key= command= options= below= takes= words= prefix= i
            # bash cuts words at "=": what stands before it is an option or a key
            if [[ $cur == = ]]; then
                cur= key=${COMP_WORDS[COMP_CWORD-1]}
            elif ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
                key=${COMP_WORDS[COMP_CWORD-2]}
            else
                prev=${COMP_WORDS[COMP_CWORD-1]}
            fi
            COMPREPLY=()
            for ((i = 1; i < COMP_CWORD; i++)); do
                [[ ${COMP_WORDS[i]} == -* ]] && continue
                if [[ -z $command ]]; then
                    command=${COMP_WORDS[i]}
                    _dpost_command "$command"
                    [[ -n $below ]] || break
                else
                    command="$command ${COMP_WORDS[i]}"
                    break
                fi
            done
            _dpost_command "$command"
            [[ $key == --* ]] && prev=$key key=
            if [[ $prev == --* ]]; then
                _dpost_option "$command" "$prev"
                case $takes in
                    file) return ;;
                    word) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"); compopt +o default +o bashdefault; return ;;
                    free) compopt +o default +o bashdefault; return ;;
                esac
                _dpost_command "$command"
            fi
            if [[ -n $key ]]; then
                _dpost_value "${key##*[+~]}"
                [[ -n $words ]] || return
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
            elif [[ $cur == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
            elif [[ -n $below ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$below" -- "$cur")
            else
                case $takes in
                    file) return ;;
                    override | run)
                        prefix=${cur%%[!+~]*}
                        _dpost_keys "$takes" "${cur#"$prefix"}"
                        mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "${cur#"$prefix"}")
                        compopt -o nospace ;;
                    *) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur") ;;
                esac
            fi
            compopt +o default +o bashdefault
        }
        complete -o bashdefault -o default -F _dpost dpost

        """;

    /// <summary>Writes it.</summary>
    public static string Of(IReadOnlyList<CompletionCommand> commands, ConfigurationKeys keys)
    {
        var script = new StringBuilder("# bash completion of dpost, written by dpost completion bash\n\n");
        script.Append("_dpost_command() {\n    options= below= takes=\n    case $1 in\n");
        foreach (var command in commands)
        {
            script.Append($"        '{command.Path}') options='{Words(command.Options.Select(o => o.Name))}' ")
                .Append($"below='{Words(command.Below)}' takes={Name(command)} ;;\n");
        }

        script.Append("    esac\n}\n\n_dpost_option() {\n    takes= words=\n    case \"$1 $2\" in\n");
        var options = commands.SelectMany(command => command.Options.Select(option => (command.Path, Option: option)))
            .Where(found => found.Option.Takes != Takes.Nothing)
            .GroupBy(found => (found.Option.Takes, Words: Words(found.Option.Words)));
        foreach (var alike in options)
        {
            script.Append($"        {string.Join(" | ", alike.Select(found => $"'{found.Path} {found.Option.Name}'"))})\n")
                .Append($"            takes={Name(alike.Key.Takes)} words='{alike.Key.Words}' ;;\n");
        }

        script.Append("    esac\n}\n\n_dpost_keys() {\n    local trained='")
            .Append(Words(keys.OfTraining.Select(key => key + "="))).Append("' run='").Append(Words(keys.OfRun.Select(key => key + "=")))
            .Append("'\n    case $1 in\n        override) words=\"$trained $run\" ;;\n        run)\n            case $2 in\n")
            .Append("                sft.* | dpo.*) words=; for key in $trained $run; do words+=\" ${2%%.*}.$key\"; done; key= ;;\n")
            .Append("                *) words=\"$run sft. dpo.\" ;;\n            esac ;;\n    esac\n}\n\n")
            .Append("_dpost_value() {\n    words=\n    case ${1#sft.} in\n");
        foreach (var alike in keys.Values.GroupBy(key => Words(key.Value), StringComparer.Ordinal))
        {
            var names = alike.SelectMany(key => (string[])[key.Key, $"dpo.{key.Key}"]);
            script.Append($"        {string.Join(" | ", names)}) words='{alike.Key}' ;;\n");
        }

        return script.Append("    esac\n}\n\n").Append(Body).ToString().ReplaceLineEndings("\n");
    }

    private static string Name(CompletionCommand command) =>
        command is { Takes: Takes.Override, IsRun: true } ? "run" : Name(command.Takes);

    private static string Name(Takes takes) => takes switch
    {
        Takes.File => "file",
        Takes.Word => "word",
        Takes.Free => "free",
        Takes.Override => "override",
        _ => "nothing",
    };

    private static string Words(IEnumerable<string> words) => string.Join(' ', words);
}
