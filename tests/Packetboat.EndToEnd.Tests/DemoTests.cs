using Packetboat.Commands;

namespace Packetboat.EndToEnd.Tests;

public sealed class DemoTests
{
    [Fact(Timeout = 60_000)]
    public async Task The_demonstration_ends_well() =>
        Assert.Equal(0, await Verbs.Root().Parse(["demo"]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));
}
