"""What is collected and what for, by the ids of the promises."""

from enum import Enum


class Category(Enum):
    """A kind of personal data: a promise's id and its plain sentence."""

    C1 = "Your account: your name, your e-mail address and how to reach you."
    C2 = "The photos you upload to have figurines made of them."
    C3 = "The figurines made for you."
    C4 = "How you use the studio: styles, how often, how long."
    C5 = "Your device: its IP address, browser and operating system."
    C6 = "Your credits, orders and subscription; card numbers stay with the payment provider."
    RIGHTS = "Your consents, your privacy requests and the proof of what became of them."


class Purpose(Enum):
    """Why personal data may be used: a promise's id and its sentence.

    Nothing is used for anything else.
    """

    U1 = "To run the studio and keep it running."
    U2 = "To make the figurines you ask for out of your photos."
    U3 = "To manage your account, your credits, your subscription and your choices."
    U4 = "To answer you when you write to us."
    U5 = "To improve the pictures and the models, where you agreed to that."
    U6 = "To tell you what is important or new about the studio."
    U7 = "To take payments and keep the books."
    U8 = "To find, prevent and mend faults and attacks."
    U9 = "To learn how the studio is used and make it better."
