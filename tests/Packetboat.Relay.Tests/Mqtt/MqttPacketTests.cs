using CsCheck;
using Packetboat.Relay.Mqtt;

namespace Packetboat.Relay.Tests.Mqtt;

/// <summary>Octets of MQTT 3.1.1, by the examples and tables of the standard.</summary>
public sealed class MqttPacketTests
{
    private static readonly MqttConnectOptions Plain = new("me", 60, "", "", "", null);

    [Fact]
    public void A_connect_without_anything_says_who_we_are_and_begins_anew() =>
        Assert.Equal("100E00044D5154540402003C00026D65", Convert.ToHexString(MqttPacket.Connect(Plain)));

    [Fact]
    public void A_connect_with_will_name_and_password_has_them_in_the_order_of_3_1_3() =>
        Assert.Equal(
            "101B00044D515454" + "04EE003C" + "00026D65" + "000174" + "000178" + "000175" + "00027077",
            Convert.ToHexString(
                MqttPacket.Connect(Plain with { WillTopic = "t", WillMessage = "x", Username = "u", Password = "pw"u8.ToArray() })
            )
        );

    [Fact]
    public void A_publish_has_an_id_only_where_an_answer_is_wanted()
    {
        Assert.Equal("31050003616263", Convert.ToHexString(MqttPacket.Publish("abc", [], isRetained: true, 0)));
        Assert.Equal(
            "320800036162630102" + "78",
            Convert.ToHexString(MqttPacket.Publish("abc", "x"u8, isRetained: false, 0x0102))
        );
    }

    /// <summary>§2.2.3, table 2.4.</summary>
    [Theory]
    [InlineData(127 - 3, "7F")]
    [InlineData(128 - 3, "8001")]
    [InlineData(16_383 - 3, "FF7F")]
    [InlineData(16_384 - 3, "808001")]
    public void The_length_takes_as_many_octets_as_it_needs(int payload, string length) =>
        Assert.StartsWith(
            "30" + length,
            Convert.ToHexString(MqttPacket.Publish("a", new byte[payload], isRetained: false, 0)),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("20020000", MqttPacketType.ConnectAnswer, 0, 0)]
    [InlineData("20020005", MqttPacketType.ConnectAnswer, 0, 5)]
    [InlineData("40021234", MqttPacketType.PublishAnswer, 0x1234, 0)]
    [InlineData("D000", MqttPacketType.PingAnswer, 0, 0)]
    internal void Answers_are_read(string hex, MqttPacketType type, int id, byte code)
    {
        byte[] octets = [.. Convert.FromHexString(hex), 0xFF];
        Assert.True(MqttPacket.TryRead(octets, out MqttAnswer? answer, out int length));
        Assert.Equal((new MqttAnswer(type, (ushort)id, code), hex.Length / 2), (answer!, length));
        for (int cut = 0; cut < length; cut++)
            Assert.True(MqttPacket.TryRead(octets.AsSpan(0, cut), out answer, out _) && answer is null);
    }

    [Theory]
    [InlineData("3003000161")] // somebody else's message
    [InlineData("2000")]
    [InlineData("4003123400")]
    [InlineData("20FFFFFF7F")] // a length beyond all that we are sent
    [InlineData("20FF7F")]
    public void What_nobody_sends_us_is_refused(string hex) =>
        Assert.False(MqttPacket.TryRead(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void Whatever_arrives_is_read_refused_or_waited_for() =>
        Gen
            .Byte.Array[0, 64]
            .Sample(octets =>
            {
                bool isFine = MqttPacket.TryRead(octets, out MqttAnswer? answer, out int length);
                return isFine ? answer is null || (length >= 2 && length <= octets.Length) : answer is null;
            });

    [Fact]
    public void A_topic_has_no_level_too_many_and_no_wildcard()
    {
        var topics = new MqttTopics("MY/BBS", "my host");
        Assert.Equal("sbbs/MY_BBS/host/my_host/server/mail/log/2", topics.Log(2));
        Assert.Equal("sbbs/MY_BBS/host/my_host/server/mail/log", topics.WholeLog);
        Assert.Equal(
            "sbbs/MY_BBS/host/my_host/server/mail/alarm/route:relay_hub.example:587___",
            topics.Alarm("route:relay hub.example:587/+#")
        );
    }
}
