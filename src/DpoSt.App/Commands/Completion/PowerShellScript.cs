using System.Text;
using DpoSt.Configuration.Binding;

namespace DpoSt.App.Commands.Completion;

/// <summary>The script for PowerShell. Where it offers nothing, PowerShell completes names of files itself, and quotes them.</summary>
internal static class PowerShellScript
{
    private const string Body = """
        Register-ArgumentCompleter -Native -CommandName dpost -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
                Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
            $command = ''
            foreach ($word in $before | Where-Object { -not $_.StartsWith('-') }) {
                $next = "$command $word".Trim()
                if (-not $DpostCommands.ContainsKey($next)) { break }
                $command = $next
                if ($DpostCommands[$command].Below.Count -eq 0) { break }
            }
            $known = $DpostCommands[$command]
            $last = if ($before.Count -gt 0) { $before[-1] } else { '' }
            $words = if ($known.Values.ContainsKey($last)) { $known.Values[$last] }
                elseif ($wordToComplete.StartsWith('-')) { $known.Options }
                elseif ($known.Below.Count -gt 0) { $known.Below }
                elseif ($known.Takes -eq 'Override' -and -not $wordToComplete.Contains('=')) {
                    if (-not $known.IsRun) { $DpostTrained + $DpostRun }
                    elseif ($wordToComplete -match '^[+~]*(sft|dpo)\.') {
                        $training = $Matches[1]
                        ($DpostTrained + $DpostRun) | ForEach-Object { "$training.$_" }
                    }
                    else { $DpostRun + 'sft.' + 'dpo.' }
                }
                else { @() }
            $sign = if ($wordToComplete -match '^[+~]+') { $Matches[0] } else { '' }
            $words | Where-Object { "$sign$_".StartsWith($wordToComplete) } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new("$sign$_", $_, 'ParameterValue', $_) }
        }

        """;

    /// <summary>Writes it.</summary>
    public static string Of(IReadOnlyList<CompletionCommand> commands, ConfigurationKeys keys)
    {
        var script = new StringBuilder("# PowerShell completion of dpost, written by dpost completion powershell\n\n");
        script.Append($"$DpostTrained = {List(keys.OfTraining.Select(key => key + "="))}\n$DpostRun = ")
            .Append($"{List(keys.OfRun.Select(key => key + "="))}\n$DpostCommands = @{{\n");
        foreach (var command in commands)
        {
            var values = command.Options.Where(o => o.Takes is Takes.Word or Takes.File or Takes.Free)
                .Select(o => $"'{o.Name}' = {List(o.Words)}");
            script.Append($"    '{command.Path}' = @{{ Takes = '{command.Takes}'; IsRun = ${(command.IsRun ? "true" : "false")}; ")
                .Append($"Below = {List(command.Below)}; Options = {List(command.Options.Select(o => o.Name))}; ")
                .Append($"Values = @{{ {string.Join("; ", values)} }} }}\n");
        }

        return script.Append("}\n\n").Append(Body).ToString().ReplaceLineEndings("\n");
    }

    private static string List(IEnumerable<string> words) => $"@({string.Join(", ", words.Select(word => $"'{word}'"))})";
}
