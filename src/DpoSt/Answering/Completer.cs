using DpoSt.Data;
using DpoSt.Generation;
using static TorchSharp.torch;

namespace DpoSt.Answering;

/// <summary>Lets a model continue any prompts, outside of any run.</summary>
public sealed class Completer : IDisposable
{
    private const string Expected = "{\"prompt\": ...} or {\"input_ids\": [...]}";
    private readonly ModelBundle bundle;
    private readonly RowEncoder encoder;

    /// <summary>Loads a model; its matrix products are computed in fp32, or in bf16.</summary>
    public Completer(string folder, Device device, ScalarType products = ScalarType.Float32)
    {
        bundle = ModelBundle.LoadForIds(folder, device, products);
        encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, TokenLimits.None);
        WritesText = Text.Tokenizers.TokenizerLoader.IsIn(folder);
    }

    /// <summary>Whether ids become text: the model's folder has a tokenizer.</summary>
    public bool WritesText { get; }

    /// <summary>The calculator's format for this model's family.</summary>
    public Text.CalculatorFormat Calculator => bundle.Format.Calculator;

    /// <summary>The ids of a question in the family's prompt.</summary>
    public int[] Question(string question) => encoder.Question(question);

    /// <summary>The ids of a row that brings a prompt as it is, or ids.</summary>
    public int[] Prompt(JsonLine line)
    {
        var given = line.Property("input_ids", Expected);
        if (given is not null && line.Property("prompt", Expected) is not null)
        {
            throw line.Error($"the line has both a prompt and input_ids; expected {Expected}.");
        }

        var ids = given is { } list
            ? TokenIds.Read(line, list, "input_ids", bundle.Model.VocabularySize, Expected)
            : encoder.Prompt(line.Text("prompt", Expected));
        return ids.Length > 0 ? ids : throw line.Error($"the prompt is empty; expected {Expected}.");
    }

    /// <summary>Completes every prompt; answers come in the order of the prompts, each as soon as those before it are there.</summary>
    public void Run(
        IReadOnlyList<int[]> prompts, GenerationOptions options, Action<Generated> finished, CancellationToken cancel,
        Action<WrittenText>? written = null)
    {
        var answers = new Generated?[prompts.Count];
        var next = 0;
        var requests = prompts.Select((prompt, i) => new GenerationRequest($"{i}", 0, prompt)).ToList();
        new Generation.Generator(bundle.Model, bundle.Tokenizer, options) { Ends = bundle.Ends }.Run(requests, answer =>
        {
            answers[answer.Index] = answer;
            for (; next < answers.Length && answers[next] is { } ready; next++)
            {
                finished(ready);
            }
        }, cancel, written);
    }

    /// <inheritdoc/>
    public void Dispose() => bundle.Dispose();
}
