using System.Text.Json;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Text.Chat;
using static TorchSharp.torch;

namespace DpoSt.Answering;

/// <summary>Lets a model continue any prompts, outside of any run.</summary>
internal sealed class Completer : IDisposable
{
    private const string Expected = "{\"prompt\": ...}, {\"messages\": [...]} or {\"input_ids\": [...]}";
    private readonly ModelBundle bundle;
    private readonly RowEncoder encoder;
    private readonly RowEncoder plain;

    /// <summary>Loads a model; its matrix products are computed in fp32, or in bf16.</summary>
    public Completer(string folder, Device device, ScalarType products = ScalarType.Float32, PromptOptions? prompt = null)
    {
        bundle = ModelBundle.LoadForIds(folder, device, products, prompt);
        encoder = bundle.Encoder(TokenLimits.None);
        plain = bundle.PlainEncoder;
        WritesText = Text.Tokenizers.TokenizerLoader.IsIn(folder);
    }

    /// <summary>Whether ids become text: the model's folder has a tokenizer.</summary>
    public bool WritesText { get; }

    /// <summary>How the model is given questions, in words.</summary>
    public string Format => bundle.Format.Source;

    /// <summary>The calculator's format for this model's family.</summary>
    public Text.CalculatorFormat Calculator => bundle.Format.Calculator;

    /// <summary>The ids of a question in the family's prompt.</summary>
    public int[] Question(string question) => encoder.Question(question);

    /// <summary>The ids of a row that brings a prompt as it is, or ids.</summary>
    public int[] Prompt(JsonLine line)
    {
        var (given, messages) = (line.Property("input_ids", Expected), ConversationLine.Messages(line, Expected));
        if (new[] { given, messages, line.Property("prompt", Expected) }.Count(part => part is not null) > 1)
        {
            throw line.Error($"the line has more than one of prompt, messages and input_ids; expected {Expected}.");
        }

        var ids = given is { } list ? TokenIds.Read(line, list, "input_ids", bundle.Model.VocabularySize, Expected)
            : messages is { } turns ? line.Placing(() => encoder.Conversation(turns, line.Property("tools", Expected)))
            : plain.Prompt(line.Text("prompt", Expected));
        return ids.Length > 0 ? ids : throw line.Error($"the prompt is empty; expected {Expected}.");
    }

    /// <summary>The ids of a conversation in the model's chat template, ready for an answer.</summary>
    public int[] Conversation(JsonElement messages, JsonElement? tools = null) => encoder.Conversation(messages, tools);

    /// <summary>Completes every prompt; answers come in the order of the prompts, each as soon as those before it are there;
    /// <paramref name="counted"/> is told of each at once.</summary>
    public void Run(
        IReadOnlyList<int[]> prompts, GenerationOptions options, Action<Generated> finished, CancellationToken cancel,
        Action<WrittenText>? written = null, Action? counted = null)
    {
        var answers = new Generated?[prompts.Count];
        var next = 0;
        var requests = prompts.Select((prompt, i) => new GenerationRequest($"{i}", 0, prompt)).ToList();
        new Generation.Generator(bundle.Model, bundle.Tokenizer, options) { Ends = bundle.Ends }.Run(requests, answer =>
        {
            answers[answer.Index] = answer;
            counted?.Invoke();
            for (; next < answers.Length && answers[next] is { } ready; next++)
            {
                finished(ready);
            }
        }, cancel, written);
    }

    /// <inheritdoc/>
    public void Dispose() => bundle.Dispose();
}
