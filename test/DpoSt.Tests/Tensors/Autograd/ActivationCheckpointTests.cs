using DpoSt.Tensors.Autograd;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Autograd;

public sealed class ActivationCheckpointTests
{
    [Fact]
    public void A_failure_in_the_second_computation_arrives_as_it_was_thrown()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        var x = ones(3).requires_grad_(true);
        var y = ActivationCheckpoint.Apply([x], t => calls++ == 0 ? t[0].mul(2) : throw new UserErrorException("the second time"));
        Assert.Equal("the second time", Assert.Throws<UserErrorException>(() => BackwardGuard.Backward(y.sum())).Message);
    }
}
