using System.Text.Json;
using System.Text;
using DpoSt.Answering;
using DpoSt.App.Demo;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Launch;
using DpoSt.Configuration.Overrides;
using DpoSt.Configuration.Sections;
using DpoSt.Configuration;
using DpoSt.Data.PaperFormats;
using DpoSt.Data;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using DpoSt.Runs;
using DpoSt.Studies;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Models.Gguf;
using DpoSt.Text.Chat;
using DpoSt.Text.Tokenizers;
using DpoSt.Text;
using DpoSt.Verification;

namespace DpoSt.Tests.Fuzz;

/// <summary>Something that reads what others wrote.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="File">Where it looks for it, in a folder of its own.</param>
/// <param name="Samples">Real ones.</param>
/// <param name="Read">Reads it: given the folder and the file.</param>
internal sealed record FuzzTarget(string Name, string File, IReadOnlyList<byte[]> Samples, Action<string, string> Read)
{
    private static readonly JsonElement Messages = JsonDocument.Parse(
        """[{"role": "system", "content": "s"}, {"role": "user", "content": "How many?"}, {"role": "assistant", "content": "2 #### 2"}]""")
        .RootElement;

    /// <summary>All of them; companions of the files are laid into a folder, which all share.</summary>
    public static IReadOnlyList<FuzzTarget> All(string root)
    {
        var configs = Path.Combine(SharedFolder.RepositoryRoot, "exp_config");
        DemoFolder.LayModel(root);
        var (model, demo) = (Path.Combine(root, "base"), Path.Combine(root, "base", "tokenizer.json"));
        var rows = Lines(SharedFolder.Path("data", "gsm8k", "test.jsonl"), 4);
        return
        [
            new("configuration", "sft-0.yaml", [.. Files(configs, "*.yaml")], (folder, _) =>
                ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.Compose(folder, "sft-0", []))),
            new("override", "line", [.. Texts("a=1", "+trainer.lr=${oc.env:HOME,x}", "~data.b", "a='x, {y: [1, 2]}'", "++a.b={c: [d, e]}")],
                (_, file) => Override.Parse(System.IO.File.ReadAllText(file))),
            new("launch file", "acc.yaml", [.. Files(SharedFolder.Path("reference-configs", "acc_config"), "*.yaml")],
                (_, file) => LaunchOptions.Load(file)),
            new("study", "study.yaml", [.. Files(Path.Combine(SharedFolder.RepositoryRoot, "studies"), "*.yaml")],
                (_, file) => StudyFile.Read(file)),
            new(".env", ".env", [.. Texts("DATA_DIR=large # x\nexport A='b'\nB=\"c\\n\"\n")],
                (folder, _) => DotEnv.Lookup(folder, "DATA_DIR", _ => null)),
            new("tokenizer.json", "tokenizer.json",
                [.. Texts(GgufTokenizers.ByteLevel(), GgufTokenizers.Pieces()), System.IO.File.ReadAllBytes(demo)], Encode),
            new("tokenizer_config.json", "tokenizer_config.json",
                [.. Texts("""{"eos_token": {"content": "</s>"}, "add_bos_token": true, "added_tokens_decoder": {"5": {"content": "x"}}}"""),
                    System.IO.File.ReadAllBytes(Path.Combine(model, "tokenizer_config.json")),
                    System.IO.File.ReadAllBytes(SharedFolder.Path("tokenizers", "llama-2-hf", "tokenizer_config.json"))],
                (folder, _) => Encode(folder, Beside(folder, demo))),
            new("chat template", "chat_template.jinja",
                [.. Files(SharedFolder.Path("peer-cases", "chat-templates"), "*.jinja")], (_, file) => ChatTemplate.Read(
                    ChatTemplateFiles.ReadText(file), file).Render(new ChatInput(Messages, true))),
            new("SentencePiece", "spiece.model",
                [System.IO.File.ReadAllBytes(SharedFolder.Path("tokenizers", "t5", "spiece.model"))], Encode),
            new("tiktoken", "tokenizer.model", [.. Texts("YQ== 0\nYg== 1\nYWI= 2\nIA== 3\n"),
                Lines(SharedFolder.Path("tokenizers", "llama-3", "tokenizer.model"), 300)[0]], Encode),
            new("merges.txt", "merges.txt", [.. Texts("#version: 0.2\na b\nab c\n")], (folder, _) =>
            {
                System.IO.File.WriteAllText(Path.Combine(folder, "vocab.json"), """{"a": 0, "b": 1, "ab": 2, "c": 3, "abc": 4}""");
                Encode(folder, folder);
            }),
            new("vocab.json", "vocab.json", [.. Texts("""{"a": 0, "b": 1, "ab": 2, "c": 3, "abc": 4}""")], (folder, _) =>
            {
                System.IO.File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\na b\nab c\n");
                Encode(folder, folder);
            }),
            new("safetensors", "model.safetensors",
                [System.IO.File.ReadAllBytes(SharedFolder.Path("fixtures", "lora", "qwen3-qv", "adapter_model.safetensors"))], (_, file) =>
                {
                    using var opened = SafeTensorsFile.Open(file);
                    foreach (var name in opened.Entries.Keys)
                    {
                        using var view = opened.View(name);
                    }
                }),
            new("config.json", "config.json", [.. Files(SharedFolder.Path("fixtures", "families"), "config.json"),
                System.IO.File.ReadAllBytes(Path.Combine(model, "config.json"))], (folder, _) => ModelFolder.CostsOf(folder)),
            new("generation_config.json", "generation_config.json",
                [.. Texts("""{"eos_token_id": [1, 2], "max_length": 20, "do_sample": true, "temperature": 0.6}""")],
                (folder, _) => (ModelFolder.EndsOf(folder), GenerationFields.LeftOut(folder)).ToString()),
            new("index of shards", "model.safetensors.index.json",
                [.. Texts("""{"metadata": {"total_size": 4}, "weight_map": {"a": "model-00001-of-00001.safetensors"}}""")],
                (folder, _) => ModelFolder.CostsOf(Beside(folder, Path.Combine(model, "config.json")))),
            new("adapter_config.json", "adapter_config.json", [.. Files(SharedFolder.Path("fixtures", "lora"), "adapter_config.json")],
                (folder, _) => AdapterConfig.Read(folder)),
            new("questions", "rows", [.. Files(SharedFolder.Path("data-formats"), "*.*").Where(bytes => bytes.Length < 100_000), rows[0],
                .. Texts("<?xml version=\"1.0\"?><Machine-Reading-Corpus-File><ProblemSet><Problem ID=\"1\"><Body>a</Body>"
                    + "<Question>b?</Question><Answer>2 (c)</Answer></Problem></ProblemSet></Machine-Reading-Corpus-File>")],
                (_, file) => ProblemSet.Load(file)),
            new("rationales", "rows.jsonl",
                [.. Files(SharedFolder.Path("data-formats"), "*.*").Where(bytes => bytes.Length < 100_000), rows[0]],
                (_, file) => All(RationaleFile.Read(file))),
            new("pairs", "pairs.jsonl", [.. Files(SharedFolder.Path("data-formats"), "preference*")],
                (_, file) => All(PreferencePairFile.Read(file))),
            new("samples", "seed_0.json",
                [.. Texts("[[\"q?\", \"a #### 1\"]]\n", "{\"id\": \"1\", \"question\": \"q?\", \"text\": \"#### 1\"}\n")],
                (_, file) => (SampleFile.Read(file).Count(), CompletionFile.HoldsVerdicts(file)
                    ? CompletionFile.ReadVerdicts(file).Count : CompletionFile.Read(file, [], 0, Verifiers.Number).Count).ToString()),
            new("ledger", Provenance.FileName, [.. Texts(
                """{"a.json": {"options": "o", "inputs": {"x": "y"}, "files": {"a.json": {"length": 1, "written": 1, "sha256": ""}}}}""")],
                (folder, _) => Provenance.Read(Path.Combine(folder, "a.json"))),
            new("run.json", RunRecord.Name, [.. Texts("""{"stages": [{"name": "a", "outputs": ["b"]}], "options": {}, "versions": {}}""")],
                (folder, _) => RunRecord.Read(folder)),
            new("cell", "cell.json", [.. Texts("""{"arm": "a", "seed": 1, "scores": [{"run": "x", "right": 1, "total": 2}]}""")],
                (_, file) => CellResult.Read(file)),
            new("journal", "a.json.partial", [.. Texts("\"key\"\n{\"Index\":0,\"Ids\":[1,2],\"Text\":\"x\",\"Forced\":0,\"Finished\":true,"
                + "\"LogProb\":-1}\n")], (folder, _) =>
                {
                    using var journal = new AnswerJournal(Path.Combine(folder, "a.json"), _ => { });
                    journal.Open("key", 4);
                }),
            new("formula", "text",
                [.. Texts("\\boxed{\\frac{1}{2}+\\sqrt{3}}", "x^2 + 3x - (4/5)", "[1, 2) \\cup \\{3\\}", "#### 1,234.50")],
                (_, file) => Judge(System.IO.File.ReadAllText(file))),
            new("calculation", "text", [.. Texts("<<2+3*(4-1)/5%=1,000.5>>", "((((1))))")], (_, file) =>
                Calculator.TryEvaluate(System.IO.File.ReadAllText(file), out string? _)),
        ];
    }

    private static void Encode(string folder, string file)
    {
        var tokenizer = TokenizerLoader.Load(file);
        var ids = tokenizer.Encode("Janet has 12 ducks;  <s> é 😀\n</s>");
        tokenizer.Decode([.. ids]);
    }

    private static void Judge(string text)
    {
        foreach (var judge in ((string[])["number", "exact", "choice", "boxed"]).Select(name => Verifiers.Of(new(name))))
        {
            foreach (var gold in (string[])[text, "\\frac{1}{2}"])
            {
                if (judge.Refusal(gold) is null)
                {
                    judge.Judge(judge.Plain(gold), text);
                }
            }
        }
    }

    private static void All<T>(IEnumerable<T> rows)
    {
        foreach (var _ in rows)
        {
        }
    }

    private static string Beside(string folder, string companion)
    {
        System.IO.File.Copy(companion, Path.Combine(folder, Path.GetFileName(companion)), overwrite: true);
        return folder;
    }

    private static IEnumerable<byte[]> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(System.IO.File.ReadAllBytes);

    private static byte[][] Lines(string file, int count) =>
        [Encoding.UTF8.GetBytes(string.Join('\n', System.IO.File.ReadLines(file).Take(count)) + "\n")];

    private static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);
}
