using System.Text;
using DpoSt.Configuration.Binding;

namespace DpoSt.App.Commands.Completion;

/// <summary>The script for fish: a line an option.</summary>
internal static class FishScript
{
    private const string Head = """
        # fish completion of dpost, written by dpost completion fish

        # Whether the words so far are of this command, such as "bench train"; of none where it is empty.
        function __dpost_in
            set -l found
            for word in (commandline -opc)[2..-1]
                string match -q -- '-*' $word; and continue
                set -a found $word
                contains -- "$found" $__dpost_above; or break
            end
            test "$found" = "$argv"
        end

        # The keys of a configuration; those of a run have its trainings' behind sft. and dpo.
        function __dpost_keys
            set -l sign (string match -r -- '^[+~]*' (commandline -ct))
            for key in $argv
                echo $sign$key
            end
        end

        complete -c dpost -f

        """;

    /// <summary>Writes it.</summary>
    public static string Of(IReadOnlyList<CompletionCommand> commands, ConfigurationKeys keys)
    {
        var script = new StringBuilder(Head);
        script.Append("set -g __dpost_above ")
            .AppendJoin(' ', commands.Where(c => c.Below.Count > 0 && c.Path.Length > 0).Select(c => c.Path))
            .Append("\nset -g __dpost_trained ").AppendJoin("= ", keys.OfTraining).Append("=\nset -g __dpost_run ")
            .AppendJoin("= ", keys.OfRun).Append("=\n");
        foreach (var command in commands)
        {
            var line = $"complete -c dpost -n '__dpost_in {command.Path}'";
            foreach (var name in command.Below)
            {
                var below = commands.Single(c => c.Path == $"{command.Path} {name}".Trim());
                script.Append($"{line} -a {name} -d {Quoted(below.Description)}\n");
            }

            foreach (var option in command.Options)
            {
                var takes = option.Takes switch
                {
                    Takes.File => " -r -F",
                    Takes.Word => $" -x -a {Quoted(string.Join(' ', option.Words))}",
                    Takes.Nothing => "",
                    _ => " -x",
                };
                script.Append($"{line} -l {option.Name[2..]}{takes} -d {Quoted(option.Description)}\n");
            }

            script.Append(command.Takes switch
            {
                Takes.File => $"{line} -F\n",
                Takes.Override when command.IsRun => $"{line} -a '(__dpost_keys $__dpost_run sft.$__dpost_trained dpo.$__dpost_trained)'\n",
                Takes.Override => $"{line} -a '(__dpost_keys $__dpost_trained $__dpost_run)'\n",
                _ => "",
            });
        }

        return script.ToString().ReplaceLineEndings("\n");
    }

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
