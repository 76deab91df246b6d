using DpoSt.Text.Chat;

namespace DpoSt.Answering;

/// <summary>How a program's model computes, and how much it takes on.</summary>
public sealed record LanguageModelOptions
{
    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads on the CPU, the process's as a whole; null is one a processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Whether matrix products are computed in bfloat16: faster where the processor knows it, and less exact.</summary>
    public bool Bf16 { get; init; }

    /// <summary>Answers written together; further ones wait.</summary>
    public int Slots { get; init; } = 32;

    /// <summary>The most tokens of a prompt.</summary>
    public int MaxPromptTokens { get; init; } = 2048;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>How questions are put to the model.</summary>
    public PromptOptions Prompt { get; init; } = new();
}

/// <summary>How one answer is written.</summary>
public sealed record AnswerSettings
{
    /// <summary>Zero takes the likeliest token each time; else logits are divided by it and a token is drawn.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the k likeliest tokens are drawn from; 0 draws from all.</summary>
    public int TopK { get; init; } = 50;

    /// <summary>Of those, the fewest whose probability reaches this.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Keys the draws, together with the question and <see cref="Sample"/>: the same gives the same answer.</summary>
    public ulong Seed { get; init; }

    /// <summary>Which sample of the question this is.</summary>
    public int Sample { get; init; }

    /// <summary>The most tokens; null is as many as the model was loaded for.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Whether a calculator completes calculations, in the notation of the model's family.</summary>
    public bool UseCalculator { get; init; } = true;

    /// <summary>Texts at which the answer ends; they are not part of it.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];
}

/// <summary>An answer.</summary>
/// <param name="Text">What the model wrote, its steps among it.</param>
/// <param name="Number">The final answer where it is a number; null where there is none.</param>
/// <param name="PromptTokens">How many tokens the prompt has.</param>
/// <param name="Tokens">How many tokens it has, the closing one included.</param>
/// <param name="CalculatorTokens">How many of them the calculator wrote.</param>
/// <param name="Finished">Whether the model ended it itself, and not the limit.</param>
/// <param name="LogProb">The log-probability of the tokens that the model wrote, in nats.</param>
public sealed record Answer(string Text, double? Number, int PromptTokens, int Tokens, int CalculatorTokens, bool Finished, double LogProb);

/// <summary>A piece of an answer that is being written.</summary>
/// <param name="Text">Whole characters; nothing in the last piece.</param>
/// <param name="ByCalculator">Whether the calculator wrote it.</param>
/// <param name="Whole">The answer, in the last piece.</param>
public sealed record AnswerPiece(string Text, bool ByCalculator, Answer? Whole);

/// <summary>A turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, or what else the model's template knows.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatTurn(string Role, string Content);
