import{State as i}from"./app.js";import{jsx as e}from"./app.js";function o({session:t}){return e("div",{class:"panel",children:e(i,{title:"Overlay",text:t.session_name})})}export{o as default};
