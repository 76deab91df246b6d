using System.Collections.ObjectModel;
using System.Text.Json;
using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>The <c>data</c> section. Paths are relative to the current folder.</summary>
public sealed record DataSection
{
    /// <summary>What fine-tuning trains on.</summary>
    public string DataPath { get; init; } = "gsm8k/train.jsonl";

    /// <summary>The folder of the preference pairs.</summary>
    public string? DataDir { get; init; }

    /// <summary>The labelled questions.</summary>
    public string TrainDataPath { get; init; } = "gsm8k/train.jsonl";

    /// <summary>The questions to decide on: fine-tuning evaluates them when <c>trainer.eval_strategy</c> says.</summary>
    public string DevDataPath { get; init; } = "gsm8k/dev.jsonl";

    /// <summary>The questions that results are reported on.</summary>
    public string TestDataPath { get; init; } = "gsm8k/test.jsonl";

    /// <summary>The folder of the model, whose tokenizer it is, as the paper's files say; it may be left out.</summary>
    public string? TokenizerPath { get; init; }

    /// <summary>The most tokens the tokenizer gives.</summary>
    [Within(1)]
    public int ModelMaxLength { get; init; } = 1024;

    /// <summary>The most tokens of a question in fine-tuning and generation.</summary>
    [Within(1, Limits.Tokens)]
    public int MaxSrcLen { get; init; } = 200;

    /// <summary>The most tokens of a rationale in fine-tuning.</summary>
    [Within(1, Limits.Tokens)]
    public int MaxTgtLen { get; init; } = 300;

    /// <summary>The questions to generate for (<c>train</c>, <c>dev</c> or <c>test</c>), added by <c>+data.split=...</c>.</summary>
    [OneOf("train", "dev", "test")]
    public string? Split { get; init; }

    /// <summary>
    /// Ours: how questions are put to the model: by its own chat template, if it has one (<c>auto</c>), by the question alone
    /// (<c>none</c>), by the paper's prompt (<c>paper</c>), by a template of the model's that has a name, a file of Jinja, or Jinja itself.
    /// </summary>
    public string Template { get; init; } = "auto";

    /// <summary>Ours: what the model is told before every question (the system prompt of a chat template).</summary>
    public string? System { get; init; }

    /// <summary>Ours: further values for the chat template, such as <c>enable_thinking: false</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateArgs { get; init; } =
        ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>Ours: the day that a chat template which asks for it is told, as in 2026-11-30; today unless set, so set it where runs of
    /// several days are to see the same prompts.</summary>
    public string? Now { get; init; }

    /// <summary>Ours: more questions with a final answer but no rationale, sampled in self-training.</summary>
    public string? PoolPath { get; init; }

    /// <summary>Ours: questions of another kind, evaluated beside the test questions.</summary>
    public string? OodDataPath { get; init; }
}
