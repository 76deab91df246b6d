using DpoSt.Data;
using DpoSt.Text.Chat;
using DpoSt.Models.T5;

namespace DpoSt.Answering;

/// <summary>A row whose completion is to be scored.</summary>
/// <param name="Prompt">Token ids.</param>
/// <param name="Completion">Token ids; an id that is not scored stands where the original had -100.</param>
/// <param name="Scored">Whether each id of the completion counts.</param>
internal sealed record ScoredRow(int[] Prompt, int[] Completion, bool[] Scored)
{
    private const string Expected =
        "{\"prompt\": ..., \"completion\": ...}, {\"messages\": [...]} or {\"input_ids\": [...], \"labels\": [...]}";
    private const int Ignored = -100;

    /// <summary>Reads a row of texts or of ids; a causal model's labels stand beside its input, others are a row of their own.</summary>
    /// <param name="encoders">For texts as they are, and for conversations; null where the model has no tokenizer.</param>
    public static ScoredRow Read(JsonLine line, ModelBundle bundle, (RowEncoder Plain, RowEncoder Chat)? encoders)
    {
        var model = bundle.Model;
        if (line.Property("input_ids", Expected) is { } ids)
        {
            var input = TokenIds.Read(line, ids, "input_ids", model.VocabularySize, Expected);
            var labels = TokenIds.Read(
                line, line.Property("labels", Expected) ?? throw line.Error($"\"labels\" is missing; expected {Expected}."), "labels",
                model.VocabularySize, Expected, Ignored);
            return bundle.Format.IsCausal
                ? Causal(line, input, labels)
                : Separate(line, input, labels, (model as T5Model)?.Config.PadTokenId ?? 0);
        }

        if (encoders is not var (plain, chat))
        {
            throw line.Error("the model's folder has no tokenizer files, so the row must bring \"input_ids\" and \"labels\".");
        }

        if (ConversationLine.Messages(line, Expected) is not { } messages)
        {
            return Texts(plain.Row(line.Text("prompt", Expected), line.Text("completion", Expected)));
        }

        return ChatFormat.IsAnswered(messages) ? Texts(line.Placing(() => chat.ConversationRow(messages)))
            : throw line.Error($"the last message is not the assistant's; expected {Expected}.");

        ScoredRow Texts((int[] Prompt, int[] Completion) row) =>
            row.Prompt.Length == 0 ? throw line.Error(RowEncoder.NoPrompt) : All(row.Prompt, row.Completion);
    }

    // As transformers' shift: the label at t is scored by what comes before t, and the first by nothing.
    private static ScoredRow Causal(JsonLine line, int[] input, int[] labels)
    {
        if (labels.Length != input.Length)
        {
            throw line.Error(
                $"\"labels\" has {labels.Length} numbers and \"input_ids\" {input.Length}; for this model they stand side by side.");
        }

        var first = Array.FindIndex(labels, Math.Min(1, labels.Length), label => label != Ignored);
        var last = Array.FindLastIndex(labels, label => label != Ignored);
        if (first < 1)
        {
            throw line.Error("no label is scored: behind the first, all are -100.");
        }

        var wrong = Enumerable.Range(first, last + 1 - first).FirstOrDefault(t => labels[t] != Ignored && labels[t] != input[t], -1);
        return wrong < 0
            ? new ScoredRow(input[..first], input[first..(last + 1)], [.. labels[first..(last + 1)].Select(label => label != Ignored)])
            : throw line.Error(
                $"label {wrong} is {labels[wrong]} but the input there is {input[wrong]}; a label is the input's id or -100.");
    }

    private static ScoredRow Separate(JsonLine line, int[] input, int[] labels, int padding)
    {
        var last = Array.FindLastIndex(labels, label => label != Ignored);
        if (last < 0 || input.Length == 0)
        {
            throw line.Error("nothing is scored: \"input_ids\" is empty or all labels are -100.");
        }

        // Where a label is ignored, transformers feeds the decoder the padding id.
        var kept = labels[..(last + 1)];
        return new ScoredRow(
            input, [.. kept.Select(label => label == Ignored ? padding : label)], [.. kept.Select(label => label != Ignored)]);
    }

    private static ScoredRow All(int[] prompt, int[] completion) => new(prompt, completion, [.. completion.Select(_ => true)]);
}
