using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Tests.Queue;

namespace Packetboat.Relay.Tests.Spool;

public sealed class SpooledMessageTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(1000)]
    public async Task A_message_that_ends_with_a_flush_is_delivered_whole(int kilobytes)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using var rig = new QueueRig();
        await rig.StartAsync();
        await using ISpooledMessage message = new MessageSpool(rig.Store, rig.Scheduler, [], rig.Time).Begin();
        byte[] line = [.. Enumerable.Repeat((byte)'x', 1022), (byte)'\r', (byte)'\n'];
        for (int i = 0; i < kilobytes; i++)
        {
            message.Append(line);
            await message.FlushAsync(ct);
        }

        await message.CommitAsync(
            new SpoolEnvelope(
                null,
                [new EnvelopeRecipient(MailAddress.Parse("joe@far.example"), RecipientNotice.None)],
                null,
                "a test",
                [],
                BodyType.SevenBit,
                SmtpUtf8: false,
                EnvelopeNotice.None
            ),
            ct
        );
        await rig.UntilStateAsync(message.Id, RecipientState.Delivered);

        // An empty message has a line of its own for the final dot.
        Assert.Equal(kilobytes * 1024, Assert.Single(rig.Peers.Got).Content.Length);
    }
}
