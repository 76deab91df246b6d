namespace DpoSt.Runs;

/// <summary>
/// Which files of answers in a folder are done, and of what: a ledger beside them. A file that something else has written, or whose model,
/// questions or options are others now, counts as not there.
/// </summary>
internal sealed class AnsweredFiles
{
    /// <summary>The ledger's name in the folder of the answers.</summary>
    public const string Name = "answers.ledger.json";

    // Changes when the same model answers otherwise, or answers are judged or written otherwise.
    private const int Layout = 1;

    private readonly Ledger ledger;
    private readonly Lazy<string> model;

    private AnsweredFiles(Ledger ledger, string model) => (this.ledger, this.model) = (ledger, new Lazy<string>(() => ContentKey.OfPath(model)));

    /// <summary>Opens the ledger of a folder, for answers of the model in another.</summary>
    /// <exception cref="UserErrorException">The ledger is none, or cannot be read.</exception>
    public static AnsweredFiles Open(string folder, string model) => new(Ledger.Open(Path.Combine(folder, Name)), model);

    /// <summary>Whether a file holds what is asked. The model is read once, and only where a file may.</summary>
    /// <exception cref="UserErrorException">The model cannot be read.</exception>
    public bool Has(string file, object asked) => Known(file) is { } key && key == KeyOf(asked, model.Value);

    /// <summary>Whether a file is known to hold answers of a model that was something else than it is now.</summary>
    /// <exception cref="UserErrorException">The model cannot be read.</exception>
    public bool IsOfAnotherModel(string file) => Known(file) is { } key && !key.EndsWith(ModelKey(model.Value), StringComparison.Ordinal);

    /// <summary>Notes files as done, by a model of this content (<see cref="ContentKey.OfPath"/>).</summary>
    public void Add(IEnumerable<string> files, object asked, string content) =>
        ledger.Finish(files.Select(file => (Path.GetFileName(file), (IReadOnlyList<string>)[file])), KeyOf(asked, content));

    /// <summary>Notes that files are to be made anew.</summary>
    public void Forget(IEnumerable<string> files) => ledger.Forget(files.Select(file => Path.GetFileName(file)));

    private string? Known(string file) =>
        File.Exists(file) && ledger[Path.GetFileName(file)] is { } entry && entry.Outputs == Ledger.OutputsOf([file]) ? entry.Key : null;

    private static string KeyOf(object asked, string content) => $"{ContentKey.Of(new { Layout, asked }, [])} {ModelKey(content)}";

    private static string ModelKey(string content) => ContentKey.Of("", [content]);
}
