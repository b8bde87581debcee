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
    }

    [Fact]
    public void Whoever_lets_go_too_often_or_holds_too_late_hears_of_it()
    {
        var content = HeldContent.OfRented(ArrayPool<byte>.Shared.Rent(100), 5);
        content.Release();
        Assert.Throws<InvalidOperationException>(() => content.Hold());
        Assert.Throws<InvalidOperationException>(content.Release);
    }

    [Theory(Timeout = Patience)]
    [InlineData(700)] // a copy of its own
    [InlineData(4_200)]
    [InlineData(100_000)]
    [InlineData(700_000)] // in a file, and read back
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

    [Fact(Timeout = Patience)]
    public async Task Mail_that_the_store_does_not_take_gives_its_memory_back_and_disturbs_no_other()
    {
        await using var rig = new QueueRig();
        await rig.StartAsync();
        bool fails = true;
        rig.Store.Before = name =>
        {
            if (name == "accept" && fails)
                throw new StoreUnavailableException("the disk is full", null);
        };
        for (char letter = 'a'; letter < 'f'; letter++)
        {
            rig.Content = Filled(letter, 100_000);
            fails = letter % 2 == 0;
            if (fails)
                await Assert.ThrowsAsync<StoreUnavailableException>(() => rig.SendAsync("joe@far.example"));
            else
                await rig.UntilStateAsync(await rig.SendAsync("joe@far.example"), RecipientState.Delivered);
        }

        Assert.Equal(["a", "c", "e"], rig.Peers.Got.Select(got => Letters(got.Content, 100_000)));
    }

    [Fact(Timeout = Patience)]
    public async Task A_report_returns_the_content_it_is_about_while_other_mail_comes()
    {
        await using var rig = new QueueRig();
        rig.Peers.Answer = (route, line) =>
            route == "mx full.example" && line.StartsWith("RCPT", StringComparison.Ordinal) ? "552 5.2.2 full\r\n" : null;
        await rig.StartAsync();
        for (char letter = 'a'; letter < 'f'; letter++)
        {
            rig.Content = Filled(letter, 4_200);
            await rig.UntilStateAsync(await rig.SendAsync("joe@full.example"), RecipientState.Bounced);
            await rig.UntilStateAsync(await rig.SendAsync("joe@far.example"), RecipientState.Delivered);
        }

        await rig.UntilReceivedAsync(10);
        string[] reports = [.. rig.Peers.Got.Where(got => got.Sender.Length == 0).Select(got => got.Content)];
        Assert.Equal(
            ["a", "b", "c", "d", "e"],
            reports.Select(report =>
                "abcde".Single(letter => report.Contains(new string(letter, 68), StringComparison.Ordinal)).ToString()
            )
        );
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
