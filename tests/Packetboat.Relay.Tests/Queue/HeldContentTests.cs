using System.Buffers;
using System.Text;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Queue;

public sealed class HeldContentTests
{
    private const int Patience = 30_000;

    [Fact]
    public void The_memory_goes_when_the_last_holder_lets_go_and_not_before()
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(100);
        var content = HeldContent.OfRented(rented, 80);
        content.Hold();

        content.Release();
        Assert.Equal(80, content.Bytes.Length);
        Assert.Equal(rented.Length, content.Room);

        content.Release();
        Assert.Throws<ObjectDisposedException>(() => content.Bytes);
        Assert.Equal(80, content.Length);
        Assert.Equal(0, content.Room);
    }

    [Fact]
    public void Memory_goes_back_to_the_pool_once_however_often_somebody_lets_go()
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(1 << 20);
        var content = HeldContent.OfRented(rented, 5);
        for (int i = 0; i < 3; i++)
            content.Release();

        byte[][] next = [.. Enumerable.Range(0, 3).Select(_ => ArrayPool<byte>.Shared.Rent(1 << 20))];
        Assert.True(next.Count(one => ReferenceEquals(one, rented)) <= 1);
    }

    [Theory(Timeout = Patience)]
    [InlineData(700)] // a copy of its own
    [InlineData(4_200)]
    [InlineData(100_000)]
    public async Task Content_that_waits_for_its_host_is_not_overwritten_by_what_comes_meanwhile(int size)
    {
        await using var rig = new QueueRig();
        var open = new TaskCompletionSource();
        rig.Peers.Gate = (route, ct) => route.Name == "mx slow.example" ? open.Task.WaitAsync(ct) : Task.CompletedTask;
        await rig.StartAsync();
        rig.Content = Filled('a', size);
        string first = await rig.SendAsync("joe@slow.example", "joe@far.example");
        for (char letter = 'b'; letter < 'm'; letter++)
        {
            rig.Content = Filled(letter, size);
            string next = await rig.SendAsync("joe@far.example");
            await rig.UntilStateAsync(next, RecipientState.Delivered);
        }

        open.SetResult();
        await rig.UntilStateAsync(first, RecipientState.Delivered, RecipientState.Delivered);
        string[] letters = [.. rig.Peers.Got.Select(got => Letters(got.Content, size)).Order(StringComparer.Ordinal)];
        Assert.Equal([.. "aabcdefghijkl".Select(letter => letter.ToString())], letters);
    }

    private static byte[] Filled(char letter, int size) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string(letter, 68) + "\r\n", size / 70)));

    /// <summary>Which letters the content has, once each.</summary>
    private static string Letters(string content, int size)
    {
        string body = content["X-Trace: ours\r\n".Length..];
        Assert.Equal(size / 70 * 70, body.Length);
        return new string([.. body.Where(char.IsLetter).Distinct()]);
    }
}
