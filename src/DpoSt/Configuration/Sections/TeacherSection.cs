using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>The <c>loop.teacher</c> section, ours: a larger model at a server answers the training questions, and its right answers join
/// the rows that the first fine-tuning learns from.</summary>
internal sealed record TeacherSection
{
    /// <summary>The server's address up to and with <c>/v1</c>. Its key is the variable <c>DPOST_TEACHER_KEY</c>.</summary>
    public string? Server { get; init; }

    /// <summary>The model's name there.</summary>
    public string? Model { get; init; }

    /// <summary>Answers to each question, at <c>eval.sampling.temperature</c>.</summary>
    [Within(1, Limits.Samples)]
    public int Samples { get; init; } = 4;

    /// <summary>The longest answer, in its tokens.</summary>
    [Within(1, Limits.Tokens)]
    public int MaxTokens { get; init; } = 1024;

    /// <summary>What it is told before every question: also where its final answer should stand, so that the verifier finds it.</summary>
    public string System { get; init; } =
        "Solve the problem step by step. End with a line that has #### and the final answer alone.";

    /// <summary>Requests at a time.</summary>
    [Within(1, Limits.Rows)]
    public int Concurrency { get; init; } = 16;
}
