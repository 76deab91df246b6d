using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration.Binding;

namespace DpoSt.App.Commands.Completion;

/// <summary><c>dpost completion</c>: a script that a shell reads once.</summary>
internal static class CompletionScriptCommand
{
    /// <summary>Makes the command; <paramref name="root"/> gives all commands once they are there.</summary>
    public static Command Create(CommandConsole console, Func<RootCommand> root)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or powershell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "powershell");
        var command = new Command("completion", CommandHelp.Of(
            "Write a script with which a shell completes commands, options, their values, keys of configurations and files. "
            + "It holds all words, so that a Tab starts nothing; docs/shell-completion.md says where it belongs.",
            "dpost completion bash")) { shell };
        command.SetAction(parsed =>
        {
            var commands = CompletionTree.Of(root());
            console.Out.Write(parsed.GetValue(shell) switch
            {
                "zsh" => ZshScript.Of(commands, ConfigurationKeys.All),
                "fish" => FishScript.Of(commands, ConfigurationKeys.All),
                "powershell" => PowerShellScript.Of(commands, ConfigurationKeys.All),
                _ => BashScript.Of(commands, ConfigurationKeys.All),
            });
        });
        return command;
    }
}
