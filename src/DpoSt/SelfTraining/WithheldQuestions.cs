using DpoSt.Data;

namespace DpoSt.SelfTraining;

/// <summary>Questions whose pairs are evaluated and not trained on.</summary>
internal static class WithheldQuestions
{
    /// <summary>Questions of each hundred.</summary>
    private const int Percent = 5;

    /// <summary>Whether a question is one of them, in every iteration.</summary>
    public static bool Holds(LabelledQuestion question) => CounterRandom.KeyOf(question.Question) % 100 < Percent;
}
