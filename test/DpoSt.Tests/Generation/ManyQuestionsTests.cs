using System.Diagnostics;
using DpoSt.Generation;
using DpoSt.Tests.Models;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;
using Generator = DpoSt.Generation.Generator;

namespace DpoSt.Tests.Generation;

/// <summary>
/// Ten times as many questions leave no more behind. Ten thousand:
/// <c>dotnet test --project test/DpoSt.Tests -c Release -- --filter-class "*ManyQuestionsTests" --explicit only</c>.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ManyQuestionsTests(ITestOutputHelper output)
{
    [Theory, InlineData("t5"), InlineData("llama")]
    public void As_many_tensors_live_after_six_hundred_questions_as_after_sixty(string kind) => Compare(kind, 60);

    [Theory(Explicit = true), InlineData("t5"), InlineData("llama")]
    public void Ten_thousand_questions_leave_the_memory_that_a_thousand_left(string kind)
    {
        var (first, then) = Compare(kind, 1000);
        // What the runtime keeps free moves by some megabytes; a row's cache a question, 3 layers x 2 x 24 numbers x 30 tokens, would be
        // 170.
        Assert.InRange(then - first, long.MinValue, 16 << 20);
    }

    private (long First, long Then) Compare(string kind, int questions)
    {
        using var model = TinyModels.New(kind, 3);
        var tokenizer = IdTokenizer.New("model", TinyModels.Vocabulary, eos: 1);
        var first = Left(questions);
        var then = Left(10 * questions);
        output.WriteLine(
            $"{kind}: {first.Tensors} tensors and {first.Bytes >> 20} MB after {questions} questions, "
            + $"{then.Tensors} and {then.Bytes >> 20} after {10 * questions} more");
        Assert.Equal(first.Tensors, then.Tensors);
        return (first.Bytes, then.Bytes);

        (long Tensors, long Bytes) Left(int count)
        {
            var requests = Enumerable.Range(0, count)
                .Select(i => new GenerationRequest($"{i}", 0, TinyModels.Batch((ulong)i, 1).Prompts[0])).ToList();
            new Generator(model, tokenizer, new GenerationOptions(16, 32, null, Temperature: 0.7))
                .Run(requests, _ => { }, TestContext.Current.CancellationToken);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            return (Tensor.TotalCount, process.WorkingSet64);
        }
    }
}
