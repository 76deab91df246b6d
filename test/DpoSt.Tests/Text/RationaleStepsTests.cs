using DpoSt.Text;

namespace DpoSt.Tests.Text;

public sealed class RationaleStepsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("He has 3 + 4 of them.\n#### 7", 0)]
    [InlineData("15 + 7 = <<15+7=22>>22.\n#### 22", 1)]
    [InlineData("<<15+7=22>>22 and <<22*2-1=43>>43", 3)]
    [InlineData("<<-5+2=-3>>-3", 1)]
    [InlineData("<<2*-3=-6>>", 1)]
    [InlineData("<<((36.0+8.0)-35.0)=9>>9", 2)]
    [InlineData("<<50% * 1,000=500>>500", 1)]
    [InlineData("<<7=7>>", 0)]
    public void Steps_are_the_operations_of_the_annotations(string rationale, int steps) =>
        Assert.Equal(steps, RationaleSteps.Count(rationale));

    [Theory]
    [InlineData("15 + 7 = [ 15 + 7 = 22] 22. ####22", 1)]
    [InlineData("[ 1 + 1 = 2] and [ 2 + 2 = 4]", 2)]
    [InlineData("[ one + 1 = 2]", 0)]
    [InlineData("1 + 1 = 2", 0)]
    public void Calls_are_where_the_calculator_fires(string text, int calls) =>
        Assert.Equal(calls, RationaleSteps.CountCalls(text, CalculatorFormat.T5));

    [Fact]
    public void Calls_in_the_other_format() =>
        Assert.Equal(2, RationaleSteps.CountCalls("<<1+1=2>>2 <<3/0=1>> <<2+2=4>>4", CalculatorFormat.Llama));
}
