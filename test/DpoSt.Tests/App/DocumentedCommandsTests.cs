using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using DpoSt.App;
using DpoSt.Data;
using DpoSt.Data.Synthetic;
using DpoSt.Tests.Hub;
using DpoSt.Tests.Hub.Upload;
using DpoSt.Tests.Models.Gguf;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

/// <summary>
/// Every command that the README and <c>--help</c> show, typed into a shell as it stands there, in a folder that has what it names. Only
/// numbers are made smaller behind it, for a test has no hours. (<see cref="PaperCommandsTests"/> runs docs/paper-commands.md.)
/// </summary>
public sealed partial class DocumentedCommandsTests : IDisposable
{
    // What a command needs that no example makes (what the test's hub serves is not a model); a command that is not named here comes last.
    private static readonly (string Command, string Before)[] Order =
    [
        ("download", ""), ("validate", "rm -r hf_models/flan-t5-base && cp -r models/flan-t5-base hf_models/flan-t5-base"), ("sft", ""),
        ("generate", ""), ("eval-sampling", ""), ("make-dpo-data", ""), ("dpo", ""),
        ("make-rft-data", "for c in generate eval-sampling; do "
            + "dpost $c --config-name dpo-1 eval.mode=sampling eval.sampling.max_seed=3 eval.max_new_tokens=64; done"),
        ("eval-greedy", "dpost generate --config-name sft-0 +data.split=test eval.max_new_tokens=64"),
        ("run", ""), ("report", ""),
        ("compare", "mkdir -p model_outputs/tiny && cp -r model_outputs/t5/sft-0 model_outputs/t5/sft-1 model_outputs/tiny"),
    ];

    private readonly TinyRun run = new();
    private readonly HubRepository repository = new();
    private readonly UploadHub uploads = new();
    private readonly HubServer server;

    public DocumentedCommandsTests()
    {
        repository.Instead = request =>
            uploads.Answer(request) ?? repository.Honest(
                request with
                {
                    Target = request.Target.Replace("google/flan-t5-base", HubRepository.Name, StringComparison.Ordinal)
                        .Replace("/datasets/openai/gsm8k/resolve", $"/{HubRepository.Name}/resolve", StringComparison.Ordinal)
                        .Replace("/datasets/openai/gsm8k", $"/models/{HubRepository.Name}", StringComparison.Ordinal),
                });
        server = repository.Serve();
        uploads.Storage = server.Address;
        foreach (var model in (string[])["models/flan-t5-base", "hf_models/flan-t5-large", "hf_models/my"])
        {
            Copy(run.Path("base"), run.Path(model));
        }

        Copy(SharedFolder.Path("models", "stories260K", "hf"), run.Path("models/llama-2-7b"));
        Copy(SharedFolder.Path("fixtures", "families", "qwen3"), run.Path("models/smollm2-135m-instruct"));
        File.WriteAllText(run.Path("models/smollm2-135m-instruct/tokenizer.json"), GgufTokenizers.ByteLevel());
        File.WriteAllText(run.Path("models/smollm2-135m-instruct/tokenizer_config.json"), """{"eos_token": "<eos>"}""");
        File.WriteAllText(
            run.Path("models/smollm2-135m-instruct/chat_template.jinja"),
            "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token if m.role == 'assistant' }}\n{% endfor %}");
        Copy(SharedFolder.Path("fixtures", "lora", "qwen3-qv"), run.Path("ft_models/lora/sft-1"));
        var adapter = run.Path("ft_models/lora/sft-1/adapter_config.json");
        File.WriteAllText(adapter, File.ReadAllText(adapter).Replace(
            "../../families/qwen3", run.Path("models/smollm2-135m-instruct"), StringComparison.Ordinal));
        Copy(Path.Combine(SharedFolder.RepositoryRoot, "exp_config", "t5"), run.Path("exp_config/t5"));
        foreach (var folder in (string[])["gsm8k", "my"])
        {
            // So many that the embedded model, as it is, solves one sometimes and sometimes not.
            Write($"{folder}/train.jsonl", SyntheticProblems.Labelled(60, 42));
            Write($"{folder}/test.jsonl", SyntheticProblems.Test(6, 42));
            Write($"{folder}/pool.jsonl", SyntheticProblems.Pool(6, 42));
        }

        Directory.CreateDirectory(run.Path("studies"));
        File.WriteAllText(run.Path("studies/oracle.yaml"), """
            config_path: exp_config/tiny
            seeds: 1
            problems: {labelled: 20, evaluated: 5}
            arms:
              gold: {overrides: [loop.iterations=0, loop.eval_samples=0, sft.trainer.max_steps=1, eval.max_new_tokens=2]}
            """);
        File.WriteAllText(run.Path("answers.jsonl"), "{\"prompt\": \"How many?\", \"completion\": \"#### 2\"}\n");
    }

    public void Dispose()
    {
        server.Dispose();
        run.Dispose();
    }

    [Fact]
    public void Every_example_runs_as_it_stands()
    {
        var examples = Commands(Cli.Root(new(Stream.Null, TextWriter.Null, TextWriter.Null, CancellationToken.None)))
            .SelectMany(Examples)
            .Concat(Readme())
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        Assert.True(examples.Length > 25, $"only {examples.Length} examples were found");
        foreach (
            var example in examples.OrderBy(e => Array.FindIndex(Order, o => o.Command == Name(e)) is var at and >= 0 ? at : Order.Length))
        {
            var before = Order.FirstOrDefault(o => o.Command == Name(example)).Before;
            var (code, error) = Type($"{(string.IsNullOrEmpty(before) ? "true" : before)} && {Fewer(example)}{Smaller(example)}");
            Assert.True(code == 0, $"{example}\nends with code {code}: {error}");
        }
    }

    private static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(c => Commands(c).Prepend(c));

    private static IEnumerable<string> Examples(Command command)
    {
        var lines = command.Description!.Split('\n')
            .SkipWhile(l => !l.StartsWith("Example:", StringComparison.Ordinal))
            .Skip(1)
            .Select(l => l.Trim())
            .TakeWhile(l => l.Length > 0)
            .ToArray();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains("dpost ", line, StringComparison.Ordinal));
        return lines;
    }

    // What stands alone in a block, and what stands in a sentence with its arguments. The demo's folder is that of another run here.
    private static IEnumerable<string> Readme()
    {
        var text = File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "README.md"));
        return InBlock().Matches(text).Select(m => $"dpost {m.Groups["rest"].Value}")
            .Concat(InSentence().Matches(text).Select(m => m.Groups["line"].Value))
            .Select(line => line.Replace("DIR", "hf_models/my", StringComparison.Ordinal)
                .Replace("dpost-demo/model_outputs/tiny", "model_outputs/t5", StringComparison.Ordinal));
    }

    private static string Name(string example) => CommandName().Match(example).Groups["name"].Value;

    private static string Fewer(string example) =>
        example.Replace("--several-steps 60000", "--several-steps 60", StringComparison.Ordinal);

    private static string Smaller(string example) => Name(example) switch
    {
        "demo" => " loop.iterations=0 loop.eval_samples=0 sft.trainer.max_steps=1 eval.max_new_tokens=2",
        "run" => " loop.iterations=1 loop.baseline=false dpo.trainer.max_steps=2 ++sft.trainer.max_steps=2 eval.max_new_tokens=64"
            + " loop.eval_samples=1",
        "sft" or "dpo" => " ++trainer.max_steps=2",
        "generate" => " eval.max_new_tokens=64",
        "pretrain" => " --steps 1",
        "chat" => " < /dev/null",
        "serve" => " --port 0 > served.txt & until grep -q listening served.txt || ! kill -0 $!; do sleep 0.1; done; "
            + "pkill -TERM -P $! && wait $!",
        "bench" when example.Contains("bench train", StringComparison.Ordinal) => " --runs 1 --dtype fp32",
        "bench" => " --model t5 --dtype fp32 --batch 1 --runs 1 --pairs 0",
        _ => "",
    };

    private (int Code, string Error) Type(string line)
    {
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = run.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"dpost() {{ dotnet '{typeof(Cli).Assembly.Location}' \"$@\"; }}\n{line}");
        start.Environment["HF_ENDPOINT"] = server.Address.OriginalString;
        start.Environment["HF_TOKEN"] = UploadHub.Token;
        start.Environment["HF_HOME"] = run.Path("hub");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error + output.Result);
    }

    private void Write(string name, IReadOnlyList<SyntheticProblem> problems)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(run.Path(name))!);
        JsonLines.Write(run.Path(name), problems.Select(p => new Problem(p.Id, p.Question, p.Rationale, (double)p.Answer)));
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    [GeneratedRegex(
        "^ {4}(dotnet run .*? --|dpost) (?<rest>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex InBlock();

    [GeneratedRegex("`(?<line>dpost [a-z-]+ [^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InSentence();

    [GeneratedRegex("dpost (?<name>[a-z-]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommandName();
}
