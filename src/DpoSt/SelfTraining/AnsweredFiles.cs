using DpoSt.Data;

namespace DpoSt.SelfTraining;

/// <summary>
/// Which files of answers in a folder are done, and of what: a ledger beside them. A file that something else has written, or whose model,
/// questions or options are others now, counts as not there.
/// </summary>
internal sealed class AnsweredFiles
{
    /// <summary>The ledger's name in the folder of the answers.</summary>
    public const string Name = "answers.ledger.json";

    private readonly Ledger ledger;
    private readonly string key;

    private AnsweredFiles(Ledger ledger, string key) => (this.ledger, this.key) = (ledger, key);

    /// <summary>Opens the ledger of a folder, for these answers of a model. Reads the model's files once.</summary>
    /// <exception cref="UserErrorException">The ledger is none, or the model cannot be read.</exception>
    public static AnsweredFiles Open(
        string folder, string model, IReadOnlyList<Problem> problems, AnswerOptions options, bool referenceText, SampleFormat format) =>
        new(Ledger.Open(Path.Combine(folder, Name)), ContentKey.Of(new { problems, options, referenceText, format }, [ContentKey.OfPath(model)]));

    /// <summary>Whether a file holds these answers.</summary>
    public bool Has(string file) =>
        File.Exists(file) && ledger[Path.GetFileName(file)] is { } entry && entry.Key == key && entry.Outputs == Ledger.OutputsOf([file]);

    /// <summary>Notes files as done.</summary>
    public void Add(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            ledger.Finish(Path.GetFileName(file), [file], key);
        }
    }
}
