using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Data.Readers;
using DpoSt.Data.Shapes;
using DpoSt.Text.Chat;
using static System.FormattableString;

namespace DpoSt.Answering;

/// <summary>Shows rows of a file as training makes them, without loading the model.</summary>
internal static class RowViewer
{
    private const string Expected = "a row of questions, messages or preferences";

    /// <summary>What training makes of a row: of a pair the chosen answer, then the rejected one; of a conversation each answer.</summary>
    /// <param name="folder">The model, of which only the small files are read.</param>
    /// <param name="file">Rows, in any format and shape.</param>
    /// <param name="number">Which row, from 1.</param>
    /// <param name="columns">What the columns are called.</param>
    /// <exception cref="UserErrorException">There is no such row, or it is not one of the known kinds.</exception>
    public static IReadOnlyList<ShownRow> Show(
        string folder, string file, int number, ColumnsSection columns, PromptOptions prompt, TokenLimits limits)
    {
        ModelBundle.CheckFolder(folder);
        var encoder = RowEncoder.Of(folder, prompt, limits);
        JsonLine? first = null;
        foreach (var (index, row) in RowFile.Read(file).Index())
        {
            first ??= row;
            if (index == number - 1)
            {
                return Show(encoder, row, first, columns, prompt.System is null);
            }
        }

        throw new UserErrorException($"{file}: there is no row {number}.");
    }

    private static IReadOnlyList<ShownRow> Show(
        RowEncoder encoder, JsonLine row, JsonLine first, ColumnsSection columns, bool leavesSystem)
    {
        if (row.Property("chosen", Expected) is not null)
        {
            var pair = PreferencePairFile.Pair(row);
            return row.Placing(() => encoder.Prepared(pair) is var (prompt, chosen, rejected)
                ? (ShownRow[])[
                    encoder.Show(prompt, chosen) with { Name = "the chosen answer" },
                    encoder.Show(prompt, rejected) with { Name = "the rejected answer" },
                ]
                : []);
        }

        var shape = RowShape.Of(first, columns);
        var questions = shape.Read(row).ToArray();
        var without = leavesSystem && ShapedRows.SystemOf(row, shape) is not null
            ? ", without the row's own system message (--system gives it one)" : "";
        return row.Placing(() => questions.Select((asked, i) =>
        {
            var shown = asked.Rationale is { } answer
                ? encoder.Show(new RationaleRow(asked.Question, answer) { Conversation = asked.Conversation })
                : encoder.ShowAsked(asked.Question, asked.Conversation);
            return shown with
            {
                Source = shown.Source + without,
                Name = questions.Length == 1 ? null : Invariant($"answer {i + 1} of {questions.Length}"),
            };
        }).ToArray());
    }
}
