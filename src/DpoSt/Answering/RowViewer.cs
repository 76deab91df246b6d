using DpoSt.Data;
using DpoSt.Text.Chat;

namespace DpoSt.Answering;

/// <summary>Shows rows of a file as training makes them, without loading the model.</summary>
public static class RowViewer
{
    private const string Expected =
        "{\"messages\": [...]}, {\"question\": ..., \"answer\": ...}, {\"prompt\": ..., \"completion\": ...} or "
        + "{\"prompt\": ..., \"chosen\": ..., \"rejected\": ...}";

    /// <summary>One row, or two where it is a pair: the chosen answer, then the rejected one.</summary>
    /// <param name="folder">The model, of which only the small files are read.</param>
    /// <param name="file">Rows, JSON lines.</param>
    /// <param name="number">Which row, from 1.</param>
    /// <exception cref="UserErrorException">There is no such row, or it is not one of the known kinds.</exception>
    public static IReadOnlyList<ShownRow> Show(string folder, string file, int number, PromptOptions prompt, TokenLimits limits)
    {
        ModelBundle.CheckFolder(folder);
        var encoder = RowEncoder.Of(folder, prompt, limits);
        var line = JsonLines.Read(file).Skip(number - 1).FirstOrDefault()
            ?? throw new UserErrorException($"{file}: there is no row {number}.");
        return Show(encoder, line);
    }

    private static IReadOnlyList<ShownRow> Show(RowEncoder encoder, JsonLine line)
    {
        if (ConversationLine.Messages(line, Expected) is { } messages)
        {
            return line.Placing(() => (ShownRow[])[encoder.ShowConversation(messages)]);
        }

        if (line.Property("question", Expected) is not null)
        {
            var (question, answer, format) = (line.Text("question", Expected), line.Text("answer", Expected), encoder.Format);
            return line.Placing(() => (ShownRow[])[encoder.Show(format.Prompt(question), format.Target(answer))]);
        }

        var prompt = line.Text("prompt", Expected);
        string[] completions = line.Property("chosen", Expected) is null ? [line.Text("completion", Expected)]
            : [line.Text("chosen", Expected), line.Text("rejected", Expected)];
        return line.Placing(() => completions.Select(completion => encoder.Show(prompt, completion)).ToArray());
    }
}
