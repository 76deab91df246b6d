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
        try
        {
            return Show(encoder, line);
        }
        catch (UserErrorException e) when (!e.Message.StartsWith(file, StringComparison.Ordinal))
        {
            throw line.Error(e.Message, e);
        }
    }

    private static IReadOnlyList<ShownRow> Show(RowEncoder encoder, JsonLine line)
    {
        if (line.Property("messages", Expected) is { } messages)
        {
            return ChatFormat.Problem(messages) is { } problem ? throw line.Error($"{problem}; expected {Expected}.")
                : [encoder.ShowConversation(messages)];
        }

        if (line.Property("question", Expected) is not null)
        {
            var format = encoder.Format;
            return [encoder.Show(format.Prompt(line.Text("question", Expected)), format.Target(line.Text("answer", Expected)))];
        }

        var prompt = line.Text("prompt", Expected);
        return line.Property("chosen", Expected) is null ? [encoder.Show(prompt, line.Text("completion", Expected))]
            : [encoder.Show(prompt, line.Text("chosen", Expected)), encoder.Show(prompt, line.Text("rejected", Expected))];
    }
}
