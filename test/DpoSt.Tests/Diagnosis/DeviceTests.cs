using System.Globalization;
using DpoSt.Diagnosis;
using DpoSt.Tensors.Devices;
using static TorchSharp.torch;

namespace DpoSt.Tests.Diagnosis;

/// <summary>What a GPU must compute as the CPU does. <c>test/gpu/run</c> starts these, and names the device.</summary>
public sealed class DeviceTests
{
    private const string Variable = "DPOST_TEST_DEVICE";

    private static Device Place
    {
        get
        {
            var name = Environment.GetEnvironmentVariable(Variable);
            Assert.SkipWhen(name is null, $"{Variable} names no device");
            return ComputeDevice.Parse(name!);
        }
    }

    public static TheoryData<int> Models => [.. Enumerable.Range(0, ModelTrial.All.Count)];

    [Fact(Explicit = true)]
    public void Every_kernel_is_right()
    {
        var device = Place;
        Assert.All(KernelTrials.On(device), trial => Green(trial.Run(device)));
    }

    [Theory(Explicit = true), MemberData(nameof(Models))]
    public void A_model_decodes_as_in_fp64(int model)
    {
        var device = Place;
        Assert.All([ScalarType.Float32, ScalarType.BFloat16], products => Green(ModelTrial.All[model].Decode(device, products)));
    }

    [Theory(Explicit = true), MemberData(nameof(Models))]
    public void A_model_trains_as_in_fp64(int model)
    {
        var device = Place;
        Assert.All([ScalarType.Float32, ScalarType.BFloat16], products => Green(ModelTrial.All[model].Train(device, products)));
    }

    private static void Green(CheckResult result)
    {
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{result.Name}: {result.Measured}"));
        Assert.True(result.State == CheckState.Green, $"{result.Name}: {result.Measured}");
    }
}
