using System.Collections.ObjectModel;
using System.Text.Json;
using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>What judges a final answer.</summary>
internal enum VerifierKind
{
    /// <summary>One number, behind <c>####</c> or alone.</summary>
    Number,

    /// <summary>The same words.</summary>
    Exact,

    /// <summary>The letter of a choice.</summary>
    Choice,

    /// <summary>A formula, a set of values or a word, in <c>\boxed{...}</c> if there is a box.</summary>
    Boxed,

    /// <summary>What the expression <c>data.verifier_pattern</c> finds.</summary>
    Regex,

    /// <summary>The program <c>data.verifier_program</c>.</summary>
    Program,
}

/// <summary>The <c>data</c> section. Paths are relative to the current folder; <c>hub:openai/gsm8k/main/train</c> is a part of a data set
/// on Hugging Face, fetched once.</summary>
internal sealed record DataSection
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

    /// <summary>The most tokens of a question in fine-tuning and generation; a decoder's row is cut only where it is longer than
    /// <see cref="ModelMaxLength"/>, to this and <see cref="MaxTgtLen"/>.</summary>
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

    /// <summary>Ours: what the columns of the files of questions are called.</summary>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>Ours: parts of one file.</summary>
    public PartsSection Parts { get; init; } = new();

    /// <summary>Ours: what judges a final answer. Gold answers that it cannot read whole are refused.</summary>
    public VerifierKind Verifier { get; init; }

    /// <summary>Ours: the share of the gold answer by which a number may differ, for <c>number</c> and <c>boxed</c>; null is their own
    /// rule.</summary>
    [Within(0, 1)]
    public double? VerifierTolerance { get; init; }

    /// <summary>Ours: the expression of <c>regex</c>; its group <c>answer</c>, or its first one, is the answer.</summary>
    public string? VerifierPattern { get; init; }

    /// <summary>Ours: the executable file of <c>program</c>.</summary>
    public string? VerifierProgram { get; init; }

    /// <summary>Ours: how long <c>program</c> may take for one answer; null is 10 seconds.</summary>
    [Within(0, 3600, AboveMinimum = true)]
    public double? VerifierSeconds { get; init; }

    /// <summary>Ours: questions of another kind, evaluated beside the test questions.</summary>
    public string? OodDataPath { get; init; }
}
