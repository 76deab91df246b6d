using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using static TorchSharp.torch;

namespace DpoSt.Answering;

/// <summary>Scores the completions of a file with a model.</summary>
public static class Scoring
{
    /// <summary>One score a row, in the order of the file.</summary>
    /// <exception cref="UserErrorException">The folder is no model, or a row does not fit.</exception>
    public static RowScore[] Run(string folder, string file, Device device, IStageReporter reporter, CancellationToken cancel)
    {
        var lines = JsonLines.Read(file).ToList();
        using var bundle = ModelBundle.LoadForIds(folder, device);
        var encoder = Text.Tokenizers.TokenizerLoader.IsIn(folder) ? new RowEncoder(bundle.Tokenizer, bundle.Format, TokenLimits.None) : null;
        var rows = lines.ConvertAll(line => ScoredRow.Read(line, encoder, bundle.Model, bundle.Format.IsCausal));
        reporter.Begin("score", $"{StageActions.Shown(folder)} scores {rows.Count} rows of {StageActions.Shown(file)}", rows.Count, "rows");
        var scores = RowScoring.Run(bundle.Model, rows, reporter.Advance, cancel);
        reporter.End($"{scores.Length} rows, {scores.Sum(s => s.Tokens)} tokens scored");
        return scores;
    }
}
