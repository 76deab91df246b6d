using DpoSt.Tensors.Devices;
using DpoSt.Tensors.HalfPrecision;
using DpoSt.Tensors.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.HalfPrecision;

public sealed class HalfSwitchTests
{
    [Theory]
    [InlineData(true, null, "on")]
    [InlineData(true, "1", "on")]
    [InlineData(true, "0", "off (DPOST_HALF=0)")]
    [InlineData(false, null, "not on this processor")]
    [InlineData(false, "0", "not on this processor")]
    public void DPOST_HALF_turns_halves_off_where_they_are_used(bool gains, string? variable, string state) =>
        Assert.Equal(state, HalfSwitch.Read(gains, variable));

    [Fact]
    public void Products_and_machine_info_say_the_same()
    {
        Assert.Equal(HalfSwitch.State == "on", Bf16Product.WayOn(DeviceType.CPU, ScalarType.BFloat16) == Bf16Way.InHalves);
        Assert.Equal(HalfSwitch.State, MachineInfo.Read().HalfProducts);
        Assert.Equal(Bf16Way.AsTheyAre, Bf16Product.WayOn(DeviceType.CUDA, ScalarType.BFloat16));
        Assert.Equal(Bf16Way.AsTheyAre, Bf16Product.WayOn(DeviceType.CPU, ScalarType.Float16));
    }
}
