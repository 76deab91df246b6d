using DpoSt.Models;
using DpoSt.Tensors.Devices;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Costs;

public sealed class MemoryCheckTests
{
    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void What_no_machine_holds_is_a_sentence_and_takes_no_memory(string kind)
    {
        Assert.SkipWhen(FreeMemory.Of(CPU) is null, "this system does not say what is free");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(kind, 1);
        var before = Environment.WorkingSet;
        var text = new int[2_000_000];
        Says("a text of 200000", () => model.CompletionStates(TokenBatch.Of([(text, [1, 2], 0)]), null));
        Says("keys and values of 100000 rows with 1000000 tokens before and 1000000 new ones would take",
            () => model.NewDecoder(100_000, 1_000_000, 1_000_000).Dispose());
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 1_000_000_000);
    }

    private static void Says(string sentence, Action work) =>
        Assert.StartsWith(sentence, Assert.Throws<UserErrorException>(work).Message, StringComparison.Ordinal);
}
