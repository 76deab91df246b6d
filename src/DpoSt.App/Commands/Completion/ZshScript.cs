using System.Text;
using DpoSt.Configuration.Binding;

namespace DpoSt.App.Commands.Completion;

/// <summary>The script for zsh, to be a file <c>_dpost</c> in a folder of its <c>fpath</c>.</summary>
internal static class ZshScript
{
    private const string Body = """
        _dpost() {
            local command= takes= key prefix word
            local -a options below words_of keys
            local -i i
            for ((i = 2; i < CURRENT; i++)); do
                [[ ${words[i]} == -* ]] && continue
                if [[ -z $command ]]; then
                    command=${words[i]}
                    _dpost_command "$command"
                    (($#below)) || break
                else
                    command="$command ${words[i]}"
                    break
                fi
            done
            _dpost_command "$command"
            if [[ ${words[CURRENT-1]} == --* ]]; then
                _dpost_option "$command" "${words[CURRENT-1]}"
                case $takes in
                    file) _files; return ;;
                    word) compadd -a words_of; return ;;
                    free) return ;;
                esac
                _dpost_command "$command"
            fi
            word=${words[CURRENT]}
            if [[ $word == -* ]]; then
                _describe option options
            elif (($#below)); then
                _describe command below
            elif [[ $takes == override || $takes == run ]]; then
                if [[ $word == *=* ]]; then
                    key=${${word%%=*}##[+~]#}
                    compset -P '*='
                    _dpost_value "$key"
                    if (($#words_of)); then compadd -a words_of; else _files; fi
                else
                    compset -P '[+~]##'
                    _dpost_keys "$takes" "$PREFIX"
                    compadd -S '' -a keys
                fi
            elif [[ $takes == file ]]; then
                _files
            else
                _describe option options
            fi
        }
        setopt localoptions extendedglob 2>/dev/null
        _dpost "$@"

        """;

    /// <summary>Writes it.</summary>
    public static string Of(IReadOnlyList<CompletionCommand> commands, ConfigurationKeys keys)
    {
        var script = new StringBuilder("#compdef dpost\n# zsh completion of dpost, written by dpost completion zsh\n\n");
        script.Append("_dpost_command() {\n    options=() below=() takes=\n    case $1 in\n");
        foreach (var command in commands)
        {
            var below = commands.Where(c => command.Below.Any(name => c.Path == $"{command.Path} {name}".Trim()));
            script.Append($"        {Quoted(command.Path)}) takes={Kind(command)}\n            options=(")
                .AppendJoin(' ', command.Options.Select(o => Described(o.Name, o.Description)))
                .Append(")\n            below=(").AppendJoin(' ', below.Select(c => Described(c.Path.Split(' ')[^1], c.Description)))
                .Append(") ;;\n");
        }

        script.Append("    esac\n}\n\n_dpost_option() {\n    takes= words_of=()\n    case \"$1 $2\" in\n");
        foreach (var (command, option) in commands.SelectMany(c => c.Options.Select(o => (c, o))).Where(f => f.o.Takes != Takes.Nothing))
        {
            script.Append($"        {Quoted($"{command.Path} {option.Name}")}) takes={Kind(option.Takes)} words_of=(")
                .AppendJoin(' ', option.Words).Append(") ;;\n");
        }

        script.Append("    esac\n}\n\n_dpost_keys() {\n    local -a trained run\n    trained=(").AppendJoin("= ", keys.OfTraining)
            .Append("=)\n    run=(").AppendJoin("= ", keys.OfRun)
            .Append("=)\n    if [[ $1 == override ]]; then keys=($trained $run)\n")
            .Append("    elif [[ $2 == (sft|dpo).* ]]; then keys=(${${(@)trained}/#/${2%%.*}.} ${${(@)run}/#/${2%%.*}.})\n")
            .Append("    else keys=($run sft. dpo.); fi\n}\n\n_dpost_value() {\n    words_of=()\n    case ${1#(sft|dpo).} in\n");
        foreach (var (key, values) in keys.Values)
        {
            script.Append($"        {key}) words_of=(").AppendJoin(' ', values).Append(") ;;\n");
        }

        return script.Append("    esac\n}\n\n").Append(Body).ToString().ReplaceLineEndings("\n");
    }

    private static string Kind(CompletionCommand command) =>
        command is { Takes: Takes.Override, IsRun: true } ? "run" : Kind(command.Takes);

    private static string Kind(Takes takes) => takes.ToString().ToLowerInvariant();

    private static string Described(string name, string description) =>
        Quoted($"{name.Replace(":", "\\:", StringComparison.Ordinal)}:{description}");

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
